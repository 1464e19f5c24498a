import { Corrupt } from '@millrace/core';
import { countVarints, rangeOfUint64, writeVarints } from './varints.ts';
import { type ByteSpan, WireCursor } from './wire-cursor.ts';

/** An InsertRequest read as far as filtering needs it: its columns are still bytes of the message. */
export interface InsertView {
  readonly bytes: Uint8Array;
  readonly shardName: string;
  readonly collectionID: bigint;
  readonly partitionID: bigint;
  readonly segmentID: bigint;
  readonly rows: number;
  /** Least and greatest row timestamp. */
  readonly beginTimestamp: bigint;
  readonly endTimestamp: bigint;
  /** 8 little-endian bytes per row. */
  readonly timestamps: Uint8Array;
  readonly rowIDs: Uint8Array;
  /** Of each FieldData. */
  readonly fieldsData: readonly ByteSpan[];
  /** Of each Blob of a row-based message. */
  readonly rowData: readonly ByteSpan[];
  /** `version` is RowBased. */
  readonly isRowBased: boolean;
}

/**
 * Reads the head of an InsertRequest. @throws Corrupt when row ids, timestamps and `num_rows` disagree, or there are no rows.
 * Source: spec datanode-and-formats §4.3, §16.
 */
export function scanInsert(bytes: Uint8Array): InsertView {
  const cursor = new WireCursor(bytes);
  const spans = { timestamps: [], rowIDs: [], rowData: [], fieldsData: [] } as SpanLists;
  let shardName = '';
  let collectionID = 0n;
  let partitionID = 0n;
  let segmentID = 0n;
  let numRows = 0n;
  let version = 0;
  for (let field = cursor.nextField(); field !== 0; field = cursor.nextField()) {
    if (field === 2) shardName = cursor.text();
    else if (field === 7) collectionID = cursor.int64();
    else if (field === 8) partitionID = cursor.int64();
    else if (field === 9) segmentID = cursor.int64();
    else if (field === 10) spans.timestamps.push(cursor.span());
    else if (field === 11) spans.rowIDs.push(cursor.span());
    else if (field === 12) spans.rowData.push(cursor.span());
    else if (field === 13) spans.fieldsData.push(cursor.span());
    else if (field === 14) numRows = cursor.int64();
    else if (field === 15) version = cursor.varint32();
    else cursor.skip();
  }
  const timestamps = int64Bytes(bytes, spans.timestamps);
  const rowIDs = int64Bytes(bytes, spans.rowIDs);
  const range = rangeOfUint64(timestamps);
  const rows = rowIDs.length / 8;
  const isRowBased = version === 0;
  // The original's proxies of before 2.2 leave num_rows out of row-based messages.
  const declared = isRowBased && numRows === 0n ? BigInt(rows) : numRows;
  if (range === undefined || rowIDs.length !== timestamps.length || declared !== BigInt(rows)) {
    throw new Corrupt(
      `insert for segment ${segmentID} has ${numRows} rows, ${rows} row ids and ${timestamps.length / 8} timestamps: its writer is at fault`,
    );
  }
  return {
    bytes,
    shardName,
    collectionID,
    partitionID,
    segmentID,
    rows,
    beginTimestamp: range.min,
    endTimestamp: range.max,
    timestamps,
    rowIDs,
    fieldsData: spans.fieldsData,
    rowData: spans.rowData,
    isRowBased,
  };
}

interface SpanLists {
  readonly timestamps: ByteSpan[];
  readonly rowIDs: ByteSpan[];
  readonly rowData: ByteSpan[];
  readonly fieldsData: ByteSpan[];
}

function int64Bytes(bytes: Uint8Array, spans: readonly ByteSpan[]): Uint8Array {
  const out = new Uint8Array(8 * countVarints(bytes, spans));
  writeVarints(bytes, spans, 8, out);
  return out;
}
