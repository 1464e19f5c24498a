import { ColumnBuilder, encodeInsertLog, fieldShape, primaryKeyBytes } from '@millrace/binlog';
import { type data, schema } from '@millrace/proto';
import type { ObjectStore } from '@millrace/storage';

const { DataType } = schema;

/** The collection that was compacted while a 2.2.8 was recorded: the sizes in the plans tell its types. */
export const recordedCollection = schema.CollectionSchema.fromPartial({
  name: 'recorded',
  fields: [
    { fieldID: 100n, name: 'id', isPrimaryKey: true, dataType: DataType.Int64 },
    {
      fieldID: 101n,
      name: 'tag',
      dataType: DataType.VarChar,
      typeParams: [{ key: 'max_length', value: '64' }],
    },
    { fieldID: 102n, name: 'score', dataType: DataType.Double },
    { fieldID: 103n, name: 'flag', dataType: DataType.Bool },
    { fieldID: 104n, name: 'small', dataType: DataType.Int8 },
    { fieldID: 105n, name: 'vec', dataType: DataType.FloatVector, typeParams: [{ key: 'dim', value: '16' }] },
    { fieldID: 0n, name: 'RowID', dataType: DataType.Int64 },
    { fieldID: 1n, name: 'Timestamp', dataType: DataType.Int64 },
  ],
});

const keysFrom = 8_000n;

/** Rows in the place of those that were not kept: as many, and keys whose least and greatest have nine digits together. */
export async function writeSources(plan: data.CompactionPlan, objects: ObjectStore): Promise<void> {
  let row = 1n;
  for (const { segmentID, fieldBinlogs } of plan.segmentBinlogs) {
    const first = row;
    for (const { fieldID, binlogs } of fieldBinlogs) {
      row = first;
      for (const { logPath, entriesNum, timestampFrom } of binlogs) {
        const field = recordedCollection.fields.find((one) => one.fieldID === fieldID);
        if (field === undefined) throw new Error(`the recording has a field ${fieldID}`);
        const builder = new ColumnBuilder(fieldShape(field));
        for (let at = 0n; at < entriesNum; at++, row++) {
          if (field.dataType === DataType.VarChar) builder.appendString(`row ${row}`);
          else if (field.dataType === DataType.Int64)
            builder.appendFixed(primaryKeyBytes(fieldID === 1n ? timestampFrom || 1n : keysFrom + row));
          else builder.extend(1).fill(0);
        }
        const ids = { collectionID: 1n, partitionID: 2n, segmentID, fieldID, headerTimestamp: 1n };
        const range = { startTimestamp: 1n, endTimestamp: 2n, dataType: field.dataType };
        await objects.put(logPath, encodeInsertLog({ ...ids, ...range, column: builder.view() }));
      }
    }
  }
}
