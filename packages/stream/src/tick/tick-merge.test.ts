import { type Position, pchannelOf } from '@millrace/core';
import { data, internal } from '@millrace/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage } from '../dml/decode-message.ts';
import { encodeDelete, encodeInsert, encodeTimeTick } from '../dml/encode-message.ts';
import type { Message } from '../message-stream.ts';
import { offsetID, offsetOf } from '../offset-id.ts';
import { goldenPositions, goldenTopics } from '../testing/golden-topics.ts';
import type { Pack } from './pack.ts';
import { TickMerge } from './tick-merge.ts';

const pchannel = 'by-dev-rootcoord-dml_0';

function packsOf(messages: readonly Message[], from?: Position, channel = pchannel): Pack[] {
  const merge = new TickMerge({ pchannel: channel, subscription: 'test', from });
  const start = from === undefined ? 0 : Number(offsetOf(from.msgID));
  return messages.slice(start).flatMap((message) => merge.push(message));
}

function log(...payloads: Uint8Array[]): Message[] {
  return payloads.map((payload, offset) => ({ id: offsetID(BigInt(offset)), payload }));
}

const tick = (ts: bigint) => encodeTimeTick(ts, 1n);
const insert = (msgID: bigint, ...timestamps: bigint[]) =>
  encodeInsert({ msgID, timestamp: 0n, sourceID: 1n }, { timestamps });
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const ids = (packs: readonly Pack[]) => packs.map(({ messages }) => messages.map(({ msgID }) => msgID));

describe('time-tick merge', () => {
  it('replays the DML topics of a real cluster into its delta topics, message for message', () => {
    const topics = goldenTopics();
    let compared = 0;
    for (const shard of [0, 1, 2, 3]) {
      const packs = packsOf(topics.get(`by-dev-rootcoord-dml_${shard}`) ?? []);
      const delta = (topics.get(`by-dev-rootcoord-delta_${shard}`) ?? []).map(({ payload }) => hex(payload));
      const ours = packs.flatMap(({ messages, endTs }) => [
        ...messages.filter(({ kind }) => kind === 'delete').map(({ payload }) => hex(payload)),
        hex(encodeTimeTick(endTs, 3n)),
      ]);
      const start = ours.indexOf(delta[0] ?? '');
      const count = Math.min(ours.length - start, delta.length);
      expect(start).toBeGreaterThanOrEqual(0);
      expect(delta.slice(0, count)).toEqual(ours.slice(start, start + count));
      compared += count;
    }
    expect(compared).toBeGreaterThan(850);
  });

  it('ends its packs at the positions that the cluster saved', () => {
    const { checkpoints, segments } = goldenPositions();
    const saved = [
      ...checkpoints.map((bytes) => internal.MsgPosition.decode(bytes)),
      ...segments.flatMap((bytes) => {
        const { startPosition, dmlPosition } = data.SegmentInfo.decode(bytes);
        return [startPosition, dmlPosition].filter((position) => position !== undefined);
      }),
    ];
    const topics = goldenTopics();
    expect(saved.length).toBe(12);
    for (const { channelName, msgID, timestamp } of saved) {
      // Stored positions name the virtual channel; the log has the physical one.
      const channel = pchannelOf(channelName);
      const messages = topics.get(channel) ?? [];
      const created = messages.find(({ payload }) => decodeMessage(payload).kind === 'create-collection');
      const start = { channelName: channel, msgID: created?.id ?? msgID, msgGroup: '', timestamp: 0n };
      const [pack] = packsOf(messages, start, channel).filter(({ endTs }) => endTs === timestamp);
      expect(pack?.endPosition).toMatchObject({ channelName: channel, timestamp });
      expect(offsetOf(pack?.endPosition.msgID ?? msgID)).toBe(offsetOf(msgID));
    }
  });

  it('keeps messages newer than the tick for a later pack, and points at the first of them', () => {
    const packs = packsOf(log(insert(1n, 5n), insert(2n, 15n), insert(3n, 8n), tick(10n), tick(20n)));
    expect(ids(packs)).toEqual([[1n, 3n], [2n]]);
    expect(packs.map(({ beginTs, endTs }) => [beginTs, endTs])).toEqual([
      [0n, 10n],
      [10n, 20n],
    ]);
    expect(packs.map(({ endPosition }) => endPosition)).toEqual([
      { channelName: pchannel, msgID: offsetID(1n), msgGroup: 'test', timestamp: 10n },
      { channelName: pchannel, msgID: offsetID(4n), msgGroup: 'test', timestamp: 20n },
    ]);
    expect(packs[1]?.startPosition).toEqual(packs[0]?.endPosition);
    expect(packs[0]?.startPosition).toBeUndefined();
  });

  it('ignores repeated and older ticks', () => {
    expect(packsOf(log(tick(10n), tick(10n), tick(9n), tick(11n))).map(({ endTs }) => endTs)).toEqual([
      10n,
      11n,
    ]);
  });

  it('drops a repeated msgID within one pack only', () => {
    const packs = packsOf(log(insert(1n, 5n), insert(1n, 5n), tick(10n), insert(1n, 11n), tick(20n)));
    expect(ids(packs)).toEqual([[1n], [1n]]);
  });

  it('skips what it does not know, and says so', () => {
    const reasons: string[] = [];
    const merge = new TickMerge({
      pchannel,
      subscription: 's',
      onUnknown: ({ reason }) => reasons.push(reason),
    });
    expect(log(Buffer.of(1, 2, 3), tick(3n)).flatMap((message) => merge.push(message))).toHaveLength(1);
    expect(reasons).toHaveLength(1);
  });

  it('fails with Exhausted when messages pile up without a tick', () => {
    const merge = new TickMerge({ pchannel, subscription: 's', waitingBytesMax: 100 });
    expect(() => log(...Array.from({ length: 20 }, () => insert(1n, 5n))).map((m) => merge.push(m))).toThrow(
      /wait for a time tick/,
    );
  });

  it('continues from any pack with exactly what a reader from the beginning gets next', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(30), fc.nat(3)), { maxLength: 60 }), (plan) => {
        const messages = honestLog(plan);
        const packs = packsOf(messages);
        for (const [index, { endPosition }] of packs.entries()) {
          const resumed = packsOf(messages, endPosition);
          expect(resumed).toEqual(packs.slice(index + 1));
        }
        for (const pack of packs)
          for (const { endTs } of pack.messages) expect(endTs <= pack.endTs).toBe(true);
        const seen = packs.flatMap(({ messages }) => messages.map(({ msgID }) => msgID));
        expect(new Set(seen).size).toBe(seen.length);
      }),
      { numRuns: 200 },
    );
  });
});

/** A log in which every message behind a tick is newer than it, as RootCoord promises. */
function honestLog(plan: readonly (readonly [number, number, number])[]): Message[] {
  let now = 1n;
  let msgID = 1n;
  const payloads = plan.map(([kind, ahead, step]) => {
    const ts = now + 1n + BigInt(ahead);
    msgID++;
    if (kind < 5) return insert(msgID, ts);
    if (kind < 6) return encodeDelete({ msgID, timestamp: ts, sourceID: 1n }, { timestamps: [ts] });
    now += BigInt(step);
    return tick(now);
  });
  return log(...payloads);
}
