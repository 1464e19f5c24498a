import { Corrupt, Invalid, type Position, Unavailable } from '@millrace/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeDelete, encodeDropCollection, encodeInsert, encodeTimeTick } from '../dml/encode-message.ts';
import { MemoryStream } from '../drivers/memory.ts';
import type { Message, ReadOptions, StartFrom } from '../message-stream.ts';
import { offsetID, offsetOf } from '../offset-id.ts';
import { ChannelDispatcher } from './channel-dispatcher.ts';
import type { Pack } from './pack.ts';
import type { DispatchRequest } from './subscription.ts';
import { TickMerge } from './tick-merge.ts';

const pchannel = 'by-dev-rootcoord-dml_0';
const subscription = 'test';

/** Knows how many readings are open, and fails them on demand. */
class WatchedStream extends MemoryStream {
  reading = 0;
  readings = 0;
  failure: Error | undefined;

  override async *read(
    name: string,
    from: StartFrom,
    signal: AbortSignal,
    options?: ReadOptions,
  ): AsyncGenerator<readonly Message[]> {
    this.reading++;
    this.readings++;
    try {
      for await (const batch of super.read(name, from, signal, options)) {
        if (this.failure !== undefined) throw this.failure;
        yield batch;
      }
    } finally {
      this.reading--;
    }
  }
}

type Wanted = Pick<DispatchRequest, 'vchannel' | 'collectionID' | 'from'>;

const shard = (collectionID: bigint, number = 0, channel = pchannel) => ({
  vchannel: `${channel}_${collectionID}v${number}`,
  collectionID,
  from: undefined,
});

const tick = (ts: bigint) => encodeTimeTick(ts, 1n);
const insert = (msgID: bigint, ts: bigint, { vchannel, collectionID }: Omit<Wanted, 'from'>) =>
  encodeInsert(
    { msgID, timestamp: ts, sourceID: 1n },
    { timestamps: [ts], collectionID, shardName: vchannel },
  );
const ticks = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => tick(BigInt(first + index)));

/** What a reading of its own gives a subscriber. */
function alone(messages: readonly Message[], { vchannel, collectionID, from }: Wanted): Pack[] {
  const merge = new TickMerge({ pchannel, subscription, from });
  const start = from === undefined ? 0 : Number(offsetOf(from.msgID));
  return messages
    .slice(start)
    .flatMap((message) => merge.push(message))
    .map((pack) => ({
      ...pack,
      messages: pack.messages.filter((message) =>
        message.kind === 'insert'
          ? message.shardName === vchannel
          : message.request.collectionID === collectionID,
      ),
    }));
}

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; turns < 2000 && !condition(); turns++) await turn();
  expect(condition()).toBe(true);
}

/** A subscriber that writes down what it gets, and waits `pause()` before it asks for more. */
function follow(
  dispatcher: ChannelDispatcher,
  wanted: Wanted,
  { channel = pchannel, pause = async () => {} }: { channel?: string; pause?: () => Promise<void> } = {},
) {
  const aborter = new AbortController();
  const packs: Pack[] = [];
  const run = async () => {
    const request = { ...wanted, pchannel: channel, subscription, signal: aborter.signal };
    for await (const pack of dispatcher.packs(request)) {
      packs.push(pack);
      await pause();
    }
  };
  const ended = run().then(
    () => undefined,
    (error: unknown) => error,
  );
  return {
    packs,
    ended,
    stop: () => aborter.abort(),
    get tick() {
      return packs.at(-1)?.endTs ?? 0n;
    },
  };
}

/** A consumer that is busy with a pack until it is let go. */
function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { pause: () => opened, open: () => open() };
}

describe('channel dispatcher', () => {
  it('gives each virtual channel its own inserts, its collection’s deletes and DDL, and every tick', async () => {
    const stream = new WatchedStream();
    const dispatcher = new ChannelDispatcher({ stream });
    const [a, b, other] = [shard(7n, 0), shard(7n, 1), shard(8n)];
    const origin = (ts: bigint) => ({ msgID: ts, timestamp: ts, sourceID: 1n });
    const followers = [a, b, other].map((wanted) => follow(dispatcher, wanted));
    await stream.publish(pchannel, [
      insert(1n, 1n, a),
      insert(2n, 2n, b),
      encodeDelete(origin(3n), { collectionID: 7n, timestamps: [3n] }),
      tick(4n),
      insert(5n, 5n, other),
      encodeDropCollection(origin(6n), { collectionID: 8n }),
      tick(7n),
    ]);
    await until(() => followers.every(({ tick }) => tick === 7n));
    expect(
      followers.map(({ packs }) => packs.map(({ messages }) => messages.map(({ endTs }) => endTs))),
    ).toEqual([
      [[1n, 3n], []],
      [[2n, 3n], []],
      [[], [5n, 6n]],
    ]);
    expect(stream.readings).toBe(1);
    for (const { stop } of followers) stop();
  });

  it('writes each subscriber’s own name and previous position into the packs', async () => {
    const stream = new MemoryStream();
    const dispatcher = new ChannelDispatcher({ stream });
    const aborter = new AbortController();
    await stream.publish(pchannel, ticks(1, 2));
    const packs = ['one', 'two'].map((name) =>
      dispatcher.packs({ ...shard(7n), pchannel, subscription: name, signal: aborter.signal }),
    );
    for (const [index, iterator] of packs.entries()) {
      const first: Pack = (await iterator.next()).value;
      const second: Pack = (await iterator.next()).value;
      expect(first.endPosition.msgGroup).toBe(['one', 'two'][index]);
      expect(first.startPosition).toBeUndefined();
      expect(second.startPosition).toEqual(first.endPosition);
    }
    aborter.abort();
  });

  it('delivers to each subscriber what a reading of its own would, whenever it comes and however slow it is', async () => {
    const steps = fc.array(fc.tuple(fc.nat(9), fc.nat(12), fc.nat(3)), { minLength: 20, maxLength: 80 });
    const subscribers = fc.array(
      fc.record({
        shard: fc.nat(3),
        after: fc.nat(79),
        from: fc.nat(),
        slowness: fc.nat(4),
        leavesAfter: fc.option(fc.nat(30)),
      }),
      { minLength: 1, maxLength: 7 },
    );
    const limits = fc.record({
      queuePacksMax: fc.integer({ min: 1, max: 6 }),
      queueBytesMax: fc.constantFrom(1, 100, 9999),
    });
    await fc.assert(
      fc.asyncProperty(
        steps,
        subscribers,
        limits,
        fc.integer({ min: 1, max: 9 }),
        async (steps, plan, limits, burst) => {
          const stream = new WatchedStream();
          const dispatcher = new ChannelDispatcher({ stream, ...limits });
          const messages: Message[] = [];
          const publish = async (payloads: readonly Uint8Array[]) => {
            const ids = await stream.publish(pchannel, payloads);
            messages.push(
              ...ids.flatMap((id, index) => ({ id, payload: payloads[index] ?? Buffer.alloc(0) })),
            );
          };
          const payloads = honestLog(steps);
          const started: {
            wanted: Wanted;
            follower: ReturnType<typeof follow>;
            leavesAfter: number | null;
          }[] = [];
          for (const [step, payload] of payloads.entries()) {
            for (const { shard: index, after, from, slowness, leavesAfter } of plan) {
              if (Math.min(after, payloads.length - 1) !== step) continue;
              const wanted = { ...(shards[index] ?? shard(1n)), from: someStart(messages, from) };
              let waits = 0;
              const pause = async () => {
                for (let turns = waits++ % 7 === 0 ? slowness * 3 : 0; turns > 0; turns--) await turn();
              };
              started.push({ wanted, follower: follow(dispatcher, wanted, { pause }), leavesAfter });
            }
            await publish([payload]);
            if (step % burst === 0) await turn();
            for (const { follower, leavesAfter } of started)
              if (leavesAfter !== null && follower.packs.length >= leavesAfter) follower.stop();
          }
          const last = 10_000n;
          await publish([tick(last)]);
          const staying = started.filter(({ leavesAfter }) => leavesAfter === null);
          await until(() => staying.every(({ follower }) => follower.tick === last));
          for (const { wanted, follower, leavesAfter } of started) {
            const expected = alone(messages, wanted);
            if (leavesAfter === null) expect(follower.packs).toEqual(expected);
            else expect(follower.packs).toEqual(expected.slice(0, follower.packs.length));
          }
          for (const { follower } of started) if (follower.tick !== last) follower.stop();
          await turn();
          expect(dispatcher.readerCount).toBe(started.some(({ follower }) => follower.tick === last) ? 1 : 0);
          for (const { follower } of started) follower.stop();
          await until(() => stream.reading === 0);
          expect(dispatcher.readerCount).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('settles at one reading per physical channel for hundreds of virtual channels', async () => {
    const stream = new WatchedStream();
    const dispatcher = new ChannelDispatcher({ stream });
    const channels = Array.from({ length: 16 }, (_, index) => `by-dev-rootcoord-dml_${index}`);
    for (const channel of channels) await stream.publish(channel, ticks(1, 50));
    const followers = Array.from({ length: 200 }, (_, index) => {
      const channel = channels[index % 16] ?? pchannel;
      const ts = index % 50;
      const from: Position | undefined =
        ts === 0
          ? undefined
          : { channelName: channel, msgID: offsetID(BigInt(ts - 1)), msgGroup: '', timestamp: BigInt(ts) };
      return follow(dispatcher, { ...shard(BigInt(index), 0, channel), from }, { channel });
    });
    await until(() => followers.every(({ tick }) => tick === 50n));
    for (const channel of channels) await stream.publish(channel, ticks(51, 52));
    await until(() => followers.every(({ tick }) => tick === 52n));
    await until(() => stream.reading === 16);
    expect(dispatcher.readerCount).toBe(16);
    for (const { stop } of followers) stop();
    await until(() => stream.reading === 0);
  });

  it('joins subscribers that start at the same place without a second reading', async () => {
    const stream = new WatchedStream();
    const dispatcher = new ChannelDispatcher({ stream });
    await stream.publish(pchannel, ticks(1, 5));
    const first = follow(dispatcher, shard(1n));
    await until(() => first.tick === 5n);
    const second = follow(dispatcher, { ...shard(2n), from: first.packs.at(-1)?.endPosition });
    await stream.publish(pchannel, ticks(6, 7));
    await until(() => second.tick === 7n);
    expect(second.packs.map(({ endTs }) => endTs)).toEqual([6n, 7n]);
    expect(stream.readings).toBe(1);
    first.stop();
    second.stop();
  });

  it('lets the others go on while one is slow, and feeds that one again when it has drained', async () => {
    const stream = new WatchedStream();
    const dispatcher = new ChannelDispatcher({ stream, queuePacksMax: 4 });
    const { pause, open } = gate();
    const slow = follow(dispatcher, shard(1n), { pause });
    const fast = [shard(2n), shard(3n)].map((wanted) => follow(dispatcher, wanted));
    await turn();
    for (let ts = 1; ts <= 60; ts++) {
      await stream.publish(pchannel, ticks(ts, ts));
      await turn();
    }
    expect(fast.map(({ tick }) => tick)).toEqual([60n, 60n]);
    expect(slow.packs).toHaveLength(1);
    expect(stream.readings).toBe(1);
    open();
    await until(() => slow.tick === 60n);
    expect(slow.packs.map(({ endTs }) => endTs)).toEqual(ticks(1, 60).map((_, index) => BigInt(index + 1)));
    expect(stream.readings).toBe(2);
    expect(stream.reading).toBe(1);
    for (const { stop } of [slow, ...fast]) stop();
  });

  it('pauses a reading whose only subscriber is slow instead of starting another', async () => {
    const stream = new WatchedStream();
    const dispatcher = new ChannelDispatcher({ stream, queuePacksMax: 4 });
    const { pause, open } = gate();
    const slow = follow(dispatcher, shard(1n), { pause });
    await stream.publish(pchannel, ticks(1, 100));
    for (let turns = 0; turns < 20; turns++) await turn();
    expect(slow.packs).toHaveLength(1);
    open();
    await until(() => slow.tick === 100n);
    expect(slow.packs).toHaveLength(100);
    expect(stream.readings).toBe(1);
    slow.stop();
  });

  it('pauses it for bytes as well as for packs', async () => {
    const stream = new WatchedStream();
    const dispatcher = new ChannelDispatcher({ stream, queueBytesMax: 1 });
    const rows = Array.from({ length: 20 }, (_, index) =>
      insert(BigInt(index), BigInt(index + 1), shard(1n)),
    );
    await stream.publish(
      pchannel,
      rows.flatMap((row, index) => [row, tick(BigInt(index + 1))]),
    );
    const slow = follow(dispatcher, shard(1n), { pause: turn });
    await until(() => slow.tick === 20n);
    expect(slow.packs.flatMap(({ messages }) => messages)).toHaveLength(20);
    expect(stream.readings).toBe(1);
    slow.stop();
  });

  it('does not part subscribers of about the same speed while they work off a backlog', async () => {
    const stream = new WatchedStream();
    const dispatcher = new ChannelDispatcher({ stream, queuePacksMax: 16 });
    await stream.publish(pchannel, ticks(1, 300));
    const followers = Array.from({ length: 12 }, (_, index) => {
      let packs = index;
      const pause = async () => {
        for (let turns = packs++ % 4; turns > 0; turns--) await turn();
      };
      return follow(dispatcher, shard(BigInt(index)), { pause });
    });
    await until(() => followers.every(({ tick }) => tick === 300n));
    expect(stream.readings).toBe(1);
    for (const { stop } of followers) stop();
  });

  it('goes on with a paused reading for who joins it there', async () => {
    const stream = new WatchedStream();
    const dispatcher = new ChannelDispatcher({ stream, queuePacksMax: 4 });
    const { pause, open } = gate();
    await stream.publish(pchannel, ticks(1, 20));
    const slow = follow(dispatcher, shard(1n), { pause });
    for (let turns = 0; turns < 20; turns++) await turn();
    const from = alone(
      ticks(1, 4).map((payload, offset) => ({ id: offsetID(BigInt(offset)), payload })),
      shard(1n),
    ).at(-1)?.endPosition;
    const joined = follow(dispatcher, { ...shard(2n), from });
    await until(() => joined.tick === 20n);
    expect(joined.packs).toHaveLength(16);
    expect(stream.readings).toBe(1);
    open();
    await until(() => slow.tick === 20n);
    for (const { stop } of [slow, joined]) stop();
  });

  it('counts the bytes that wait, and passes a single pack above the bound', async () => {
    const stream = new WatchedStream();
    const dispatcher = new ChannelDispatcher({ stream, queueBytesMax: 10 });
    const { pause, open } = gate();
    const [a, b] = [shard(1n), shard(2n)];
    const slow = follow(dispatcher, a, { pause });
    const fast = follow(dispatcher, b);
    for (let ts = 1n; ts <= 20n; ts += 2n) {
      await stream.publish(pchannel, [insert(ts, ts, a), tick(ts + 1n)]);
      await turn();
    }
    expect(fast.packs).toHaveLength(10);
    expect(slow.packs).toHaveLength(1);
    open();
    await until(() => slow.tick === 20n);
    expect(slow.packs.map(({ messages }) => messages.length)).toEqual(Array.from({ length: 10 }, () => 1));
    expect(stream.readings).toBeGreaterThan(1);
    slow.stop();
    fast.stop();
  });

  it('throws what the reading fails with, behind the packs before it, and reads anew for the next one', async () => {
    const stream = new WatchedStream();
    const dispatcher = new ChannelDispatcher({ stream });
    const followers = [shard(1n), shard(2n)].map((wanted) => follow(dispatcher, wanted));
    await turn();
    await stream.publish(pchannel, ticks(1, 2));
    await until(() => followers.every(({ tick }) => tick === 2n));
    stream.failure = new Unavailable('the log is gone');
    await turn();
    await stream.publish(pchannel, ticks(3, 4));
    for (const { ended, packs } of followers) {
      expect(await ended).toBe(stream.failure);
      expect(packs.map(({ endTs }) => endTs)).toEqual([1n, 2n]);
    }
    expect(dispatcher.readerCount).toBe(0);
    stream.failure = undefined;
    const again = follow(dispatcher, { ...shard(1n), from: followers[0]?.packs.at(-1)?.endPosition });
    await until(() => again.tick === 4n);
    again.stop();
  });

  it('tells only the one whose position retention has removed', async () => {
    const stream = new MemoryStream();
    const dispatcher = new ChannelDispatcher({ stream });
    await stream.publish(pchannel, ticks(1, 10));
    await stream.trim(pchannel, offsetID(5n));
    const well = follow(dispatcher, shard(1n));
    const from = { channelName: pchannel, msgID: offsetID(1n), msgGroup: '', timestamp: 2n };
    const late = follow(dispatcher, { ...shard(2n), from });
    expect(await late.ended).toBeInstanceOf(Corrupt);
    await until(() => well.tick === 10n);
    await stream.publish(pchannel, ticks(11, 11));
    await until(() => well.tick === 11n);
    well.stop();
  });

  it('ends with the signal: while waiting, while busy, before the first pack, and when the log is closed', async () => {
    const stream = new WatchedStream();
    const dispatcher = new ChannelDispatcher({ stream, queuePacksMax: 2 });
    const { pause, open } = gate();
    await stream.publish(pchannel, ticks(1, 9));
    const waiting = follow(dispatcher, shard(1n));
    await until(() => waiting.tick === 9n);
    waiting.stop();
    expect(await waiting.ended).toBeUndefined();
    const busy = follow(dispatcher, shard(2n), { pause });
    await until(() => busy.packs.length === 1);
    busy.stop();
    await until(() => stream.reading === 0);
    expect(dispatcher.readerCount).toBe(0);
    open();
    expect(await busy.ended).toBeUndefined();
    const early = follow(dispatcher, shard(3n));
    early.stop();
    expect(await early.ended).toBeUndefined();
    const closed = follow(dispatcher, shard(4n));
    await until(() => closed.tick === 9n);
    await stream.close();
    expect(await closed.ended).toBeUndefined();
    expect(dispatcher.readerCount).toBe(0);
  });

  it('refuses queues that hold nothing', () => {
    expect(() => new ChannelDispatcher({ stream: new MemoryStream(), queuePacksMax: 0 })).toThrow(Invalid);
    expect(() => new ChannelDispatcher({ stream: new MemoryStream(), queueBytesMax: 0 })).toThrow(Invalid);
  });

  it('stops reading when its consumer breaks off', async () => {
    const stream = new WatchedStream();
    const dispatcher = new ChannelDispatcher({ stream });
    await stream.publish(pchannel, ticks(1, 9));
    const { signal } = new AbortController();
    for await (const _ of dispatcher.packs({ ...shard(1n), pchannel, subscription, signal })) break;
    await until(() => stream.reading === 0);
    expect(dispatcher.readerCount).toBe(0);
  });
});

const shards = [shard(1n, 0), shard(1n, 1), shard(2n), shard(3n)];

/** A log of several collections in which every message behind a tick is newer than it, as RootCoord promises. */
function honestLog(steps: readonly (readonly [number, number, number])[]): Uint8Array[] {
  let now = 1n;
  let msgID = 1n;
  return steps.map(([kind, ahead, step]) => {
    const ts = now + 1n + BigInt(ahead);
    if (kind > 5) {
      now += BigInt(step);
      return tick(now);
    }
    // Some come twice.
    if (kind !== 5) msgID++;
    const target = shards[kind % shards.length] ?? shard(1n);
    if (ahead === 3)
      return encodeDelete(
        { msgID, timestamp: ts, sourceID: 1n },
        { timestamps: [ts], collectionID: target.collectionID },
      );
    return insert(msgID, ts, target);
  });
}

/** The beginning, the end of some pack so far, or a message as the first of a collection. */
function someStart(messages: readonly Message[], choice: number): Position | undefined {
  const packs = alone(messages, shard(1n));
  const at = Math.floor(choice / 4);
  switch (choice % 4) {
    case 0:
      return undefined;
    case 1: {
      const msgID = messages[at % Math.max(1, messages.length)]?.id;
      return msgID && { channelName: pchannel, msgID, msgGroup: '', timestamp: 0n };
    }
    default:
      return packs[at % Math.max(1, packs.length)]?.endPosition;
  }
}
