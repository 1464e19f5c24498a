import { Corrupt } from '@millrace/core';
import type { RecordsBatch } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { offsetOf } from '../../offset-id.ts';
import { inBatches, messagesFrom } from './records.ts';

const aBatch = (firstOffset: bigint, count: number, over: Partial<RecordsBatch> = {}): RecordsBatch => ({
  firstOffset,
  length: 0,
  partitionLeaderEpoch: 0,
  magic: 2,
  crc: 0,
  attributes: 0,
  lastOffsetDelta: count - 1,
  firstTimestamp: 0n,
  maxTimestamp: 0n,
  producerId: -1n,
  producerEpoch: -1,
  firstSequence: -1,
  records: Array.from({ length: count }, (_, offsetDelta) => ({
    length: 0,
    attributes: 0,
    timestampDelta: 0n,
    offsetDelta,
    key: null,
    value: Buffer.alloc(offsetDelta),
    headers: [],
  })),
  ...over,
});
const offsets = (batches: readonly RecordsBatch[], from: bigint) =>
  messagesFrom('c', batches, from).messages.map(({ id }) => offsetOf(id));

describe('messages of a fetch', () => {
  it('begin at the wanted offset, also in the middle of a batch', () => {
    expect(offsets([aBatch(10n, 3), aBatch(13n, 2)], 11n)).toEqual([11n, 12n, 13n, 14n]);
  });

  it('go on behind the last offset of the batch, and where they were when nothing came', () => {
    expect(messagesFrom('c', [aBatch(10n, 3)], 12n).end).toBe(13n);
    expect(messagesFrom('c', [], 12n)).toEqual({ messages: [], end: 12n });
  });

  it('leave out markers of transactions, and count their offsets', () => {
    const fetched = messagesFrom('c', [aBatch(5n, 1, { attributes: 1 << 5 }), aBatch(6n, 1)], 5n);
    expect(fetched.messages.map(({ id }) => offsetOf(id))).toEqual([6n]);
    expect(fetched.end).toBe(7n);
  });

  it('never skip: a batch behind the wanted offset is Corrupt', () => {
    expect(() => offsets([aBatch(12n, 1)], 11n)).toThrow(Corrupt);
    expect(() => offsets([aBatch(11n, 1), aBatch(13n, 1)], 11n)).toThrow(Corrupt);
  });
});

describe('batches for the consumer', () => {
  it('hold at most so many bytes, and at least one message', () => {
    const { messages } = messagesFrom('c', [aBatch(0n, 6)], 0n);
    const sizes = [...inBatches(messages, 3)].map((batch) => batch.map(({ payload }) => payload.length));
    expect(sizes).toEqual([[0, 1, 2], [3], [4], [5]]);
  });
});
