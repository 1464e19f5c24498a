import { schema } from '@millrace/proto';

export const collectionID = 441n;
export const partitionID = 442n;
export const channels = [0, 1, 2, 3].map((shard) => `by-dev-rootcoord-dml_${shard}_${collectionID}v${shard}`);

/** Rows of 528 bytes: a segment takes about a million of them. */
export const collectionSchema = schema.CollectionSchema.fromPartial({
  name: 'bench',
  fields: [
    { fieldID: 100n, name: 'pk', isPrimaryKey: true, dataType: schema.DataType.Int64 },
    {
      fieldID: 101n,
      name: 'vector',
      dataType: schema.DataType.FloatVector,
      typeParams: [{ key: 'dim', value: '126' }],
    },
    { fieldID: 0n, name: 'RowID', dataType: schema.DataType.Int64 },
    { fieldID: 1n, name: 'Timestamp', dataType: schema.DataType.Int64 },
  ],
});
