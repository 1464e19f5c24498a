import { Corrupt, Invalid, type UniqueID } from '@millrace/core';
import type { data, schema } from '@millrace/proto';
import { type LogObject, parseLogObjectKey } from '@millrace/storage';

/** The files of some rows of a segment: one per schema field, all with the same rows in the same order. */
export interface SourceBatch {
  readonly segmentID: UniqueID;
  /** Rows that metadata counts; 0 where it does not know. */
  readonly rows: number;
  readonly paths: ReadonlyMap<UniqueID, string>;
}

/** What a plan reads. */
export interface PlanSources {
  readonly partitionID: UniqueID;
  readonly segmentIDs: readonly UniqueID[];
  /** In the order of the plan, each segment's in the order of its log ids, which is the order of its rows. */
  readonly batches: readonly SourceBatch[];
  readonly deltaPaths: readonly string[];
}

/**
 * What a plan's logs are. Files of a segment's fields are paired by log id, not by their place in the plan. Source: spec
 * datanode-and-formats §8.2, §11.2.
 * @throws Invalid for a plan without segments, of an undefined type, across partitions or with paths elsewhere; Corrupt for fields that miss
 * files
 */
export function planSources(
  plan: data.CompactionPlan,
  collection: schema.CollectionSchema,
  collectionID: UniqueID,
  objectRoot: string,
): PlanSources {
  const [first] = plan.segmentBinlogs;
  if (first === undefined) throw new Invalid(`compaction plan ${plan.planID} names no segments`);
  if (plan.type === 0) throw new Invalid(`compaction plan ${plan.planID} has an undefined type`);
  const partitions = new Set<UniqueID>();
  const parse = (path: string): LogObject => {
    const log = parseLogObjectKey(objectRoot, path);
    if (log === undefined || log.collectionID !== collectionID)
      throw new Invalid(`${path} is no log of collection ${collectionID} below ${objectRoot}`);
    partitions.add(log.partitionID);
    return log;
  };
  const batches = plan.segmentBinlogs.flatMap((segment) => segmentBatches(segment, collection, parse));
  const [partitionID] = partitions;
  if (partitionID === undefined || partitions.size > 1)
    throw new Invalid(`compaction plan ${plan.planID} spans ${partitions.size} partitions: give one`);
  return {
    partitionID,
    segmentIDs: plan.segmentBinlogs.map(({ segmentID }) => segmentID),
    batches,
    deltaPaths: plan.segmentBinlogs.flatMap(({ deltalogs }) =>
      deltalogs.flatMap(({ binlogs }) => binlogs.map(({ logPath }) => logPath)),
    ),
  };
}

function segmentBatches(
  { segmentID, fieldBinlogs }: data.CompactionSegmentBinlogs,
  collection: schema.CollectionSchema,
  parse: (path: string) => LogObject,
): SourceBatch[] {
  const fields = new Map<UniqueID, data.Binlog[]>();
  for (const { fieldID, binlogs } of fieldBinlogs)
    fields.set(fieldID, [...(fields.get(fieldID) ?? []), ...binlogs]);
  const columns = collection.fields.map(({ fieldID }) => {
    const ordered = (fields.get(fieldID) ?? [])
      .map((binlog) => ({ binlog, logID: parse(binlog.logPath).logID }))
      .sort((a, b) => (a.logID < b.logID ? -1 : 1));
    return { fieldID, binlogs: ordered.map(({ binlog }) => binlog) };
  });
  const count = columns[0]?.binlogs.length ?? 0;
  const odd = columns.find(({ binlogs }) => binlogs.length !== count);
  if (odd !== undefined)
    throw new Corrupt(
      `segment ${segmentID} has ${odd.binlogs.length} files of field ${odd.fieldID} and ${count} of another: restore it`,
    );
  if (count === 0) throw new Invalid(`segment ${segmentID} has no insert logs: leave it out of the plan`);
  return Array.from({ length: count }, (_, at) => ({
    segmentID,
    rows: Number(columns[0]?.binlogs[at]?.entriesNum ?? 0n),
    paths: new Map(columns.map(({ fieldID, binlogs }) => [fieldID, binlogs[at]?.logPath ?? ''])),
  }));
}
