import { composeTimestamp, type Random, seededRandom } from '@millrace/core';
import { internal, schema } from '@millrace/proto';
import { encodeInsert, encodeTimeTick, type MessageStream } from '@millrace/stream';

const { DataType } = schema;

export const collectionID = 441n;
export const partitionID = 442n;
export const pchannel = 'by-dev-rootcoord-dml_0';
export const vchannel = `${pchannel}_${collectionID}v0`;
export const dimension = 128;
export const rowsOfLog = 1_200_000;
/** The rows go round them, as a shard's rows do when several partitions and proxies write. */
export const segmentIDs = [501n, 502n, 503n, 504n] as const;

/** Rows of one message: about 145 KB. */
const rowsOfMessage = 256;
/** Messages between two time ticks. */
const messagesOfPack = 16;
const bytesOfText = { min: 16, max: 32 };

/** An int64 key, a text of 16 to 32 bytes and a vector of 128 floats: 565 bytes on the average. */
export const collectionSchema = schema.CollectionSchema.fromPartial({
  name: 'bench',
  fields: [
    { fieldID: 100n, name: 'pk', isPrimaryKey: true, dataType: DataType.Int64 },
    {
      fieldID: 101n,
      name: 'text',
      dataType: DataType.VarChar,
      typeParams: [{ key: 'max_length', value: String(bytesOfText.max) }],
    },
    {
      fieldID: 102n,
      name: 'vector',
      dataType: DataType.FloatVector,
      typeParams: [{ key: 'dim', value: String(dimension) }],
    },
    { fieldID: 0n, name: 'RowID', dataType: DataType.Int64 },
    { fieldID: 1n, name: 'Timestamp', dataType: DataType.Int64 },
  ],
});

export interface Rows {
  readonly keys: readonly bigint[];
  readonly texts: readonly string[];
  /** Row after row. */
  readonly vectors: number[];
  readonly timestamp: bigint;
}

/** Rows with these numbers; the same each time. */
export function rowsFrom(first: number, count: number, random: Random): Rows {
  const numbers = Array.from({ length: count }, (_, at) => first + at);
  return {
    keys: numbers.map((row) => BigInt(row)),
    texts: numbers.map((row) => text(row, random)),
    vectors: Array.from({ length: count * dimension }, () => random.next() - 0.5),
    timestamp: composeTimestamp(1_000_000 + first),
  };
}

function text(row: number, random: Random): string {
  const { min, max } = bytesOfText;
  const length = min + Math.floor(random.next() * (max - min + 1));
  return `row ${row} ${Math.floor(random.next() * 2 ** 32).toString(36)}`
    .padEnd(length, 'millrace-')
    .slice(0, length);
}

/** Publishes all rows, as a proxy does, with ticks between them. */
export async function fillLog(stream: MessageStream): Promise<void> {
  const random = seededRandom(1);
  let messages = 0;
  for (let first = 0; first < rowsOfLog; first += rowsOfMessage) {
    const rows = rowsFrom(first, Math.min(rowsOfMessage, rowsOfLog - first), random);
    const segmentID = segmentIDs[messages % segmentIDs.length] ?? segmentIDs[0];
    const payloads = [insertMessage(rows, segmentID, BigInt(messages + 1))];
    messages++;
    if (messages % messagesOfPack === 0) payloads.push(tick(first + rowsOfMessage));
    await stream.publish(pchannel, payloads);
  }
  await stream.publish(pchannel, [tick(rowsOfLog)]);
}

/** Ends a pack; `row` is the number behind its last row. */
export const tick = (row: number): Uint8Array => encodeTimeTick(composeTimestamp(1_000_000 + row), 1n);

function insertMessage(
  { keys, texts, vectors, timestamp }: Rows,
  segmentID: bigint,
  msgID: bigint,
): Uint8Array {
  return encodeInsert(
    { msgID, timestamp, sourceID: 1n },
    {
      shardName: vchannel,
      collectionID,
      partitionID,
      segmentID,
      timestamps: keys.map(() => timestamp),
      rowIDs: [...keys],
      numRows: BigInt(keys.length),
      version: internal.InsertDataVersion.ColumnBased,
      fieldsData: [
        scalars(100n, DataType.Int64, { $case: 'longData', value: { data: [...keys] } }),
        scalars(101n, DataType.VarChar, { $case: 'stringData', value: { data: [...texts] } }),
        {
          type: DataType.FloatVector,
          fieldName: '',
          fieldId: 102n,
          field: {
            $case: 'vectors',
            value: { dim: BigInt(dimension), data: { $case: 'floatVector', value: { data: vectors } } },
          },
        },
      ],
    },
  );
}

function scalars(
  fieldId: bigint,
  type: schema.DataType,
  data: NonNullable<schema.ScalarField['data']>,
): schema.FieldData {
  return { type, fieldName: '', fieldId, field: { $case: 'scalars', value: { data } } };
}
