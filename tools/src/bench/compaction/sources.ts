import { ColumnBuilder, encodeDeltaLog, encodeInsertLog, fieldShape, zstd } from '@millrace/binlog';
import { seededRandom } from '@millrace/core';
import { data } from '@millrace/proto';
import { deltaLogKey, insertLogKey, type ObjectStore } from '@millrace/storage';
import { collectionID, collectionSchema, partitionID, type Rows, rowsFrom } from '../datanode/rows.ts';

/** Segments of a plan, and files of each: as many rows as a DataNode syncs at a time. */
const segmentIDs = [501n, 502n, 503n, 504n];
const filesOfSegment = 3;
export const rowsOfFile = 28_000;
export const rowsOfPlan = segmentIDs.length * filesOfSegment * rowsOfFile;
/** One row of so many is deleted. */
const deletedShare = 20;

/** Writes the segments that the plan merges, with deletes for some of their rows. */
export async function writeSources(store: ObjectStore): Promise<data.CompactionSegmentBinlogs[]> {
  const random = seededRandom(1);
  const sources: data.CompactionSegmentBinlogs[] = [];
  let logID = 1n;
  let first = 0;
  for (const segmentID of segmentIDs) {
    const owner = { collectionID, partitionID, segmentID };
    const fieldBinlogs = collectionSchema.fields.map(({ fieldID }) =>
      data.FieldBinlog.fromPartial({ fieldID }),
    );
    const keys: bigint[] = [];
    for (let file = 0; file < filesOfSegment; file++) {
      const rows = rowsFrom(first, rowsOfFile, random);
      first += rowsOfFile;
      keys.push(...rows.keys.filter((_, row) => row % deletedShare === 0));
      for (const [at, field] of collectionSchema.fields.entries()) {
        const { fieldID, dataType } = field;
        const key = insertLogKey('files', { ...owner, fieldID, logID: logID++ });
        const column = columnOf(fieldID, fieldShape(field), rows);
        const range = { startTimestamp: rows.timestamp, endTimestamp: rows.timestamp, headerTimestamp: 1n };
        await store.put(
          key,
          encodeInsertLog({ ...owner, ...range, fieldID, dataType, column, compress: zstd(1) }),
        );
        fieldBinlogs[at]?.binlogs.push(
          data.Binlog.fromPartial({ logPath: key, entriesNum: BigInt(rowsOfFile) }),
        );
      }
    }
    const key = deltaLogKey('files', { ...owner, logID: logID++ });
    const deletes = keys.map((primaryKey) => ({ primaryKey, timestamp: 1n << 60n }));
    await store.put(key, encodeDeltaLog({ ...owner, deletes, headerTimestamp: 1n, compress: zstd(1) }));
    const deltalogs = [{ fieldID: 0n, binlogs: [{ logPath: key }] }];
    sources.push(data.CompactionSegmentBinlogs.fromPartial({ segmentID, fieldBinlogs, deltalogs }));
  }
  return sources;
}

function columnOf(fieldID: bigint, shape: ReturnType<typeof fieldShape>, rows: Rows) {
  const builder = new ColumnBuilder(shape);
  if (fieldID === 101n) for (const text of rows.texts) builder.appendString(text);
  else if (fieldID === 102n) builder.appendFixed(new Uint8Array(Float32Array.from(rows.vectors).buffer));
  else {
    const longs = fieldID === 1n ? rows.keys.map(() => rows.timestamp) : rows.keys;
    builder.appendFixed(new Uint8Array(BigInt64Array.from(longs).buffer));
  }
  return builder.view();
}
