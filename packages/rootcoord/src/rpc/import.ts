import { type Clock, Invalid, NotFound, type UniqueID } from '@millrace/core';
import type { milvus } from '@millrace/proto';
import type { Catalog } from '../catalog/catalog.ts';
import { partitionNamed } from '../catalog/collection.ts';
import type { ImportManager } from '../import/import-manager.ts';
import type { ImportTask } from '../import/import-task.ts';

export interface ImportParts {
  readonly catalog: Catalog;
  readonly imports: ImportManager;
  readonly allocIDs: (count: number) => Promise<UniqueID>;
  readonly clock: Clock;
  readonly defaultPartitionName: string;
}

/** Takes files to import: each JSON file is a task of its own, all others are the columns of one. Source: spec datacoord §9.1. */
export async function importFiles(
  { catalog, imports, allocIDs, clock, defaultPartitionName }: ImportParts,
  { collectionName, partitionName, files, options }: milvus.ImportRequest,
): Promise<Partial<milvus.ImportResponse>> {
  const collection = catalog.visible({ collectionName });
  const partition = partitionNamed(collection, partitionName === '' ? defaultPartitionName : partitionName);
  if (partition === undefined)
    throw new NotFound(`partition ID not found for partition name '${partitionName}'`, {
      milvusCode: 'UnexpectedError',
    });
  if (files.length === 0) throw new Invalid('the import names no file: name at least one');
  const isRowBased = files.every((file) => file.endsWith('.json'));
  const groups = isRowBased ? files.map((file) => [file]) : [files];
  const first = await allocIDs(groups.length);
  const tasks = groups.map(
    (group, at): ImportTask => ({
      id: first + BigInt(at),
      collectionID: collection.id,
      collectionName: collection.name,
      partitionID: partition.id,
      partitionName: partition.name,
      channelNames: collection.vchannels,
      isRowBased,
      files: group,
      infos: options,
      createdMs: clock.now(),
      startedMs: 0,
      state: 'pending',
      nodeID: 0n,
      segmentIDs: [],
      autoIDs: [],
      rows: 0n,
      failedReason: '',
    }),
  );
  await imports.accept(tasks);
  return { tasks: tasks.map(({ id }) => id) };
}
