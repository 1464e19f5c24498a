import { data, internal } from '@millrace/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goldenTopics } from '../testing/golden-topics.ts';
import { decodeMessage, readInsert } from './decode-message.ts';
import {
  encodeCreateCollection,
  encodeCreatePartition,
  encodeDataNodeTick,
  encodeDelete,
  encodeDropCollection,
  encodeDropPartition,
  encodeInsert,
  encodeTimeTick,
} from './encode-message.ts';
import type { StreamMessage } from './message.ts';

const u64 = fc.bigInt(0n, (1n << 64n) - 1n);
const i64 = fc.bigInt(-(1n << 63n), (1n << 63n) - 1n);
const timestamps = fc.array(u64, { maxLength: 20 });
const payloads = [...goldenTopics().values()].flat().map(({ payload }) => payload);

function encodeAgain(message: StreamMessage): Uint8Array {
  const { msgID, payload } = message;
  const origin = (base: { timestamp: bigint; sourceID: bigint } | undefined) => ({
    msgID,
    timestamp: base?.timestamp ?? 0n,
    sourceID: base?.sourceID ?? 0n,
  });
  switch (message.kind) {
    case 'insert': {
      const request = readInsert(payload);
      return encodeInsert(origin(request.base), request);
    }
    case 'delete':
      return encodeDelete(origin(message.request.base), message.request);
    case 'timetick':
      return encodeTimeTick(message.endTs, internal.TimeTickMsg.decode(payload).base?.sourceID ?? 0n);
    case 'create-collection':
      return encodeCreateCollection(origin(message.request.base), message.request);
    case 'drop-collection':
      return encodeDropCollection(origin(message.request.base), message.request);
    case 'create-partition':
      return encodeCreatePartition(origin(message.request.base), message.request);
    case 'drop-partition':
      return encodeDropPartition(origin(message.request.base), message.request);
    case 'datanode-tt':
      return encodeDataNodeTick(
        origin(message.request.base),
        message.request.channelName,
        message.request.segmentsStats,
      );
    case 'unknown':
      throw new Error(message.reason);
  }
}

describe('DML messages', () => {
  it('decodes every message of a real cluster, and encodes it to the same bytes again', () => {
    expect(payloads.length).toBe(2584);
    for (const payload of payloads)
      expect(Buffer.from(encodeAgain(decodeMessage(payload))).equals(payload)).toBe(true);
  });

  it('scans of an insert what a full decode gives', () => {
    let inserts = 0;
    for (const payload of payloads) {
      const message = decodeMessage(payload);
      if (message.kind !== 'insert') continue;
      inserts++;
      const { base, collectionID, partitionID, segmentID, shardName, numRows, timestamps } =
        readInsert(payload);
      expect(message).toEqual({
        kind: 'insert',
        beginTs: timestamps[0],
        endTs: timestamps[0],
        msgID: base?.msgID,
        collectionID,
        partitionID,
        segmentID,
        shardName,
        numRows: Number(numRows),
        payload,
      });
    }
    expect(inserts).toBeGreaterThan(3);
  });

  it('takes the smallest and largest timestamp of the rows, or the base where there are none', () => {
    fc.assert(
      fc.property(timestamps, u64, i64, i64, fc.string(), (rows, timestamp, msgID, segmentID, shardName) => {
        const origin = { msgID, timestamp, sourceID: 7n };
        const sorted = (rows.length === 0 ? [timestamp] : [...rows]).sort((a, b) => (a < b ? -1 : 1));
        const range = { beginTs: sorted[0], endTs: sorted.at(-1), msgID };
        const insert = decodeMessage(encodeInsert(origin, { segmentID, shardName, timestamps: rows }));
        expect(insert).toMatchObject({ kind: 'insert', segmentID, shardName, ...range });
        expect(decodeMessage(encodeDelete(origin, { timestamps: rows }))).toMatchObject({
          kind: 'delete',
          ...range,
        });
      }),
      { numRuns: 300 },
    );
  });

  it('counts the rows of the old row layout, which gives no number', () => {
    const payload = encodeInsert(
      { timestamp: 1n, sourceID: 1n },
      { rowData: [{ value: Buffer.of(1) }, { value: Buffer.of(2) }] },
    );
    expect(decodeMessage(payload)).toMatchObject({ kind: 'insert', numRows: 2 });
  });

  it('calls a type it does not know, cut messages and noise unknown, and never throws', () => {
    expect(
      decodeMessage(
        data.DataNodeTtMsg.encode(data.DataNodeTtMsg.fromPartial({ base: { msgType: 402 } })).finish(),
      ),
    ).toMatchObject({
      kind: 'unknown',
      msgType: 402,
    });
    expect(decodeMessage(new Uint8Array(0)).kind).toBe('unknown');
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (noise) => void decodeMessage(noise)));
    fc.assert(
      fc.property(
        fc.constantFrom(...payloads.slice(-300)),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (payload, cut) => {
          decodeMessage(payload.subarray(0, Math.floor(cut * payload.length)));
        },
      ),
    );
  });
});
