import {
  type Column,
  columnShape,
  type DeleteEntry,
  decodeInsertLog,
  deletesOfLog,
  typeParam,
} from '@millrace/binlog';
import { Corrupt, isKind, type Timestamp, type UniqueID } from '@millrace/core';
import type { schema } from '@millrace/proto';
import type { GetOptions } from '@millrace/storage';
import { DeleteIndex } from './delete-index.ts';
import type { PlanSources, SourceBatch } from './plan-sources.ts';
import { insist, type PlanWorld } from './plan-world.ts';

export interface LoadedDeletes {
  /** Up to the plan's time travel: their rows go. */
  readonly applied: DeleteIndex;
  /** Newer ones, in their order: they go on to the target. */
  readonly carried: readonly DeleteEntry[];
}

/** Splits the deletes of all sources at the time travel; 0 keeps them all. Source: spec datanode-and-formats §11.2. */
export async function loadDeletes(
  plan: PlanWorld,
  sources: PlanSources,
  timeTravel: Timestamp,
): Promise<LoadedDeletes> {
  const applied = new DeleteIndex();
  const carried: DeleteEntry[] = [];
  // One file at a time: deletes are many and small, and only their latest counts.
  for (const path of sources.deltaPaths) {
    for (const entry of deletesOfLog(await read(plan, path))) {
      if (entry.timestamp <= timeTravel) applied.add(entry);
      else carried.push(entry);
    }
  }
  return { applied, carried };
}

export interface LoadedBatch {
  readonly columns: ReadonlyMap<UniqueID, Column>;
  /** The columns are needed no more: what they were read into is used again. */
  release(): void;
}

/** The columns of one batch, checked against schema and metadata. `take` is told the bytes that come into memory. */
export async function readBatch(
  plan: PlanWorld,
  batch: SourceBatch,
  take: (bytes: number) => void,
): Promise<LoadedBatch> {
  const { memory } = plan.node.encoder;
  const taken: Uint8Array[] = [];
  const ofColumn = (bytes: number) => {
    const values = memory.allocate(bytes);
    taken.push(values);
    return values;
  };
  const columns = await Promise.all(
    plan.schema.fields.map(async (field) => {
      const path = batch.paths.get(field.fieldID) ?? '';
      const file = await read(plan, path, (bytes) => memory.allocate(bytes));
      const column = checkedColumn(decodeInsertLog(file, { memory: ofColumn }).column, field, path);
      // Strings may still lie in it.
      if (column.dataType === 'varchar') taken.push(file);
      else memory.free(file);
      take(column.values.length);
      return [field.fieldID, column] as const;
    }),
  );
  const rows = columns[0]?.[1].rows ?? 0;
  const odd = columns.find(([, column]) => column.rows !== rows);
  if (odd !== undefined || (batch.rows !== 0 && batch.rows !== rows))
    throw new Corrupt(
      `files of segment ${batch.segmentID} have ${rows} and ${odd?.[1].rows ?? batch.rows} rows: restore them`,
    );
  return {
    columns: new Map(columns),
    release() {
      for (const one of taken) memory.free(one);
    },
  };
}

function checkedColumn(column: Column, field: schema.FieldSchema, path: string): Column {
  const { dataType, width } = columnShape(field.dataType, typeParam(field, 'dim'));
  if (column.dataType === dataType && column.width === width) return column;
  throw new Corrupt(
    `${path} holds a ${column.dataType} column of width ${column.width}, not field ${field.name}`,
  );
}

/** What is missing stays missing: the plan fails at once, and its sources stay as they are. */
function read(plan: PlanWorld, path: string, memory?: GetOptions['memory']): Promise<Uint8Array> {
  const options = { signal: plan.signal, ...(memory === undefined ? {} : { memory }) };
  return insist(
    plan,
    () => plan.node.objectStore.get(path, options),
    (error) => isKind(error, 'not-found') || isKind(error, 'invalid'),
  );
}
