import { composeTimestamp, pchannelOf } from '@millrace/core';
import { internal, schema } from '@millrace/proto';
import {
  encodeDelete,
  encodeDropCollection,
  encodeDropPartition,
  encodeInsert,
  encodeTimeTick,
  type MessageStream,
} from '@millrace/stream';

const { DataType } = schema;

/** A collection of the kind most tests need: int64 key, a name and a small vector. */
export const testSchema = schema.CollectionSchema.fromPartial({
  name: 'things',
  fields: [
    { fieldID: 100n, name: 'pk', isPrimaryKey: true, dataType: DataType.Int64 },
    {
      fieldID: 101n,
      name: 'name',
      dataType: DataType.VarChar,
      typeParams: [{ key: 'max_length', value: '64' }],
    },
    {
      fieldID: 102n,
      name: 'vector',
      dataType: DataType.FloatVector,
      typeParams: [{ key: 'dim', value: '4' }],
    },
    { fieldID: 0n, name: 'RowID', dataType: DataType.Int64 },
    { fieldID: 1n, name: 'Timestamp', dataType: DataType.Int64 },
  ],
});

export const testCollection = 441n;
export const testPartition = 442n;

/** The clients and the RootCoord of a test: writes what they would publish on one physical channel. */
export class LogWriter {
  readonly pchannel: string;
  nowMs: number;
  private readonly stream: MessageStream;
  private messages = 0n;
  private rows = 1n;

  constructor(stream: MessageStream, vchannel: string, nowMs = 1_000_000) {
    this.stream = stream;
    this.pchannel = pchannelOf(vchannel);
    this.nowMs = nowMs;
  }

  /** Rows with these keys; RowIDs count up. Returns their timestamp. */
  async insert(
    vchannel: string,
    segmentID: bigint,
    keys: readonly bigint[],
    { partitionID = testPartition, collectionID = testCollection } = {},
  ): Promise<bigint> {
    const timestamp = this.tickNow();
    const rowIDs = keys.map(() => this.rows++);
    const payload = encodeInsert(
      { msgID: ++this.messages, timestamp, sourceID: 1n },
      {
        shardName: vchannel,
        collectionID,
        partitionID,
        segmentID,
        timestamps: keys.map(() => timestamp),
        rowIDs,
        numRows: BigInt(keys.length),
        version: internal.InsertDataVersion.ColumnBased,
        fieldsData: [
          longs(100n, keys),
          strings(
            101n,
            keys.map((key) => `name-${key}`),
          ),
          vectors(102n, keys),
        ],
      },
    );
    await this.stream.publish(this.pchannel, [payload]);
    return timestamp;
  }

  async delete(keys: readonly bigint[], partitionID = -1n, collectionID = testCollection): Promise<bigint> {
    const timestamp = this.tickNow();
    const payload = encodeDelete(
      { msgID: timestamp, timestamp, sourceID: 1n },
      {
        collectionID,
        partitionID,
        numRows: BigInt(keys.length),
        timestamps: keys.map(() => timestamp),
        primaryKeys: { idField: { $case: 'intId', value: { data: [...keys] } } },
      },
    );
    await this.stream.publish(this.pchannel, [payload]);
    return timestamp;
  }

  async dropPartition(partitionID: bigint): Promise<void> {
    const origin = { timestamp: this.tickNow(), sourceID: 1n };
    await this.stream.publish(this.pchannel, [
      encodeDropPartition(origin, { collectionID: testCollection, partitionID }),
    ]);
  }

  async dropCollection(collectionID = testCollection): Promise<void> {
    const origin = { timestamp: this.tickNow(), sourceID: 1n };
    await this.stream.publish(this.pchannel, [encodeDropCollection(origin, { collectionID })]);
  }

  /** Ends a pack. */
  async tick(afterMs = 200): Promise<bigint> {
    this.nowMs += afterMs;
    const timestamp = this.tickNow();
    await this.stream.publish(this.pchannel, [encodeTimeTick(timestamp, 1n)]);
    return timestamp;
  }

  private tickNow(): bigint {
    this.nowMs++;
    return composeTimestamp(this.nowMs);
  }
}

function longs(fieldId: bigint, keys: readonly bigint[]): schema.FieldData {
  const value = { data: { $case: 'longData' as const, value: { data: [...keys] } } };
  return { type: DataType.Int64, fieldName: '', fieldId, field: { $case: 'scalars', value } };
}

function strings(fieldId: bigint, texts: readonly string[]): schema.FieldData {
  const value = { data: { $case: 'stringData' as const, value: { data: [...texts] } } };
  return { type: DataType.VarChar, fieldName: '', fieldId, field: { $case: 'scalars', value } };
}

function vectors(fieldId: bigint, keys: readonly bigint[]): schema.FieldData {
  const data = keys.flatMap((key) => [Number(key), 0.5, -1, 2]);
  const value = { dim: 4n, data: { $case: 'floatVector' as const, value: { data } } };
  return { type: DataType.FloatVector, fieldName: '', fieldId, field: { $case: 'vectors', value } };
}
