import { data, type internal, WireFields } from '@millrace/proto';

/** What a segment's record says besides its logs, by the names the coordinator uses. */
export interface SegmentHead {
  readonly id: bigint;
  readonly collectionID: bigint;
  readonly partitionID: bigint;
  readonly channel: string;
  readonly state: data.SegmentInfo['state'];
  readonly rows: number;
  readonly maxRows: number;
  readonly lastExpireTime: bigint;
  readonly startPosition: internal.MsgPosition | undefined;
  readonly dmlPosition: internal.MsgPosition | undefined;
  readonly createdByCompaction: boolean;
  readonly compactionFrom: readonly bigint[];
  readonly droppedAt: bigint;
  readonly isImporting: boolean;
  readonly isFake: boolean;
}

/** Their field numbers in `data.SegmentInfo`. Source: spec datacoord appendix A. */
export const headFields = {
  id: 1,
  collectionID: 2,
  partitionID: 3,
  channel: 4,
  rows: 5,
  state: 6,
  maxRows: 7,
  lastExpireTime: 8,
  startPosition: 9,
  dmlPosition: 10,
  createdByCompaction: 14,
  compactionFrom: 15,
  droppedAt: 16,
  isImporting: 17,
  isFake: 18,
} as const satisfies Record<keyof SegmentHead, number>;

/**
 * The record with some of its fields changed. What is not named stays byte for byte, fields of later versions included, so that a record
 * the original wrote comes back as it was.
 */
export function rewriteHead(head: Uint8Array, changes: Partial<SegmentHead>): Uint8Array {
  const changed = new Set<number>();
  for (const [name, number] of Object.entries(headFields)) if (name in changes) changed.add(number);
  const pieces: { readonly number: number; readonly bytes: Uint8Array }[] = [];
  for (const field = new WireFields(head); field.next(); ) {
    if (!changed.has(field.number)) pieces.push({ number: field.number, bytes: field.whole() });
  }
  const fresh = data.SegmentInfo.encode(toMessage(changes)).finish();
  for (const field = new WireFields(fresh); field.next(); )
    pieces.push({ number: field.number, bytes: field.whole() });
  pieces.sort((a, b) => a.number - b.number);
  return Buffer.concat(pieces.map(({ bytes }) => bytes));
}

function toMessage(head: Partial<SegmentHead>): data.SegmentInfo {
  const { id, channel, rows, maxRows, compactionFrom, ...same } = head;
  return data.SegmentInfo.fromPartial({
    ...same,
    ID: id ?? 0n,
    insertChannel: channel ?? '',
    numOfRows: BigInt(rows ?? 0),
    maxRowNum: BigInt(maxRows ?? 0),
    compactionFrom: [...(compactionFrom ?? [])],
  });
}
