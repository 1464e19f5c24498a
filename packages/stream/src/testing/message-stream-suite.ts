import { Corrupt, Exhausted } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message, MessageID, MessageStream, ReadOptions, StartFrom } from '../message-stream.ts';

/** A stream under the conformance suite. `close` ends both clients and removes what the test wrote. */
export interface OpenedStream {
  readonly stream: MessageStream;
  /** A second client of the same log; the same one where the driver lives in one process. */
  readonly other: MessageStream;
  close(): Promise<void>;
}

const text = (payload: Uint8Array) => Buffer.from(payload).toString();
const bytes = (value: string) => Buffer.from(value);
let channels = 0;

/** What every driver of MessageStream must do. `open` is called once per test. */
export function describeMessageStream(name: string, open: () => Promise<OpenedStream>): void {
  describe(`MessageStream: ${name}`, () => {
    let opened: OpenedStream;
    let stream: MessageStream;
    let channel: string;
    let stop: AbortController;

    beforeEach(async () => {
      opened = await open();
      stream = opened.stream;
      channel = `by-dev-conformance_${process.pid}_${channels++}`;
      stop = new AbortController();
    });
    afterEach(async () => {
      stop.abort();
      await opened.close();
    });

    const publish = (...values: string[]) => stream.publish(channel, values.map(bytes));
    const take = (count: number, from: StartFrom, options?: ReadOptions) =>
      takeMessages(stream, channel, count, from, options);
    const takeTexts = async (count: number, from: StartFrom) =>
      (await take(count, from)).map(({ payload }) => text(payload));

    it('gives messages back in the order of publishing, with the ids that publishing returned', async () => {
      const ids = [...(await publish('a', 'b')), ...(await publish('c'))];
      const messages = await take(3, 'earliest');
      expect(messages.map(({ payload }) => text(payload))).toEqual(['a', 'b', 'c']);
      expect(messages.map(({ id }) => hex(id))).toEqual(ids.map(hex));
    });

    it('shows messages that need not be durable like all others, in the order of publishing', async () => {
      const ids = [
        ...(await publish('a')),
        ...(await stream.publish(channel, [bytes('b'), bytes('c')], { durable: false })),
        ...(await publish('d')),
        ...(await stream.publish(channel, [bytes('e')], { durable: false })),
      ];
      const messages = await takeMessages(opened.other, channel, 5, 'earliest');
      expect(messages.map(({ payload }) => text(payload))).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(messages.map(({ id }) => hex(id))).toEqual(ids.map(hex));
    });

    it('orders ids like the messages', async () => {
      const ids = [...(await publish('a', 'b', 'c')), ...(await publish('d'))];
      for (const [i, a] of ids.entries())
        for (const [j, b] of ids.entries()) expect(Math.sign(stream.compare(a, b))).toBe(Math.sign(i - j));
    });

    it('keeps the order of publications that are in flight together', async () => {
      const values = Array.from({ length: 200 }, (_, index) => `m${index}`);
      const ids = (await Promise.all(values.map((value) => publish(value)))).flat();
      expect(await takeTexts(200, 'earliest')).toEqual(values);
      for (let i = 1; i < ids.length; i++) expect(stream.compare(at(ids, i - 1), at(ids, i))).toBeLessThan(0);
    });

    it('starts at and after a message', async () => {
      const ids = await publish('a', 'b', 'c', 'd');
      expect(await takeTexts(3, { at: at(ids, 1) })).toEqual(['b', 'c', 'd']);
      expect(await takeTexts(2, { after: at(ids, 1) })).toEqual(['c', 'd']);
    });

    it('waits for the next message behind the newest', async () => {
      const ids = await publish('a', 'b');
      const reading = takeTexts(1, { after: at(ids, 1) });
      await publish('c');
      expect(await reading).toEqual(['c']);
    });

    it('replays the same messages from a kept position as often as asked', async () => {
      const ids = await publish('a', 'b', 'c');
      const once = await take(2, { at: at(ids, 1) });
      expect(await take(2, { at: at(ids, 1) })).toEqual(once);
    });

    it('names the newest message, and none for an empty channel', async () => {
      expect(await stream.latest(channel)).toBeUndefined();
      const ids = await publish('a', 'b');
      expect(hex(await stream.latest(channel))).toBe(hex(ids[1]));
      expect(hex(await opened.other.latest(channel))).toBe(hex(ids[1]));
    });

    it('reads from latest only what comes later', async () => {
      await publish('old');
      const seen: string[] = [];
      const reading = (async () => {
        for await (const batch of stream.read(channel, 'latest', stop.signal)) {
          seen.push(...batch.map(({ payload }) => text(payload)));
          return;
        }
      })();
      for (let i = 0; seen.length === 0 && i < 500; i++) {
        await publish(`new${i}`);
        await Promise.race([reading, new Promise((resolve) => setTimeout(resolve, 10))]);
      }
      await reading;
      expect(seen[0]).toMatch(/^new/);
    });

    it('lets readers advance independently, and on channels of their own', async () => {
      await publish('a', 'b', 'c');
      await stream.publish(`${channel}x`, [bytes('x')]);
      const [one, two, three] = await Promise.all([
        takeTexts(3, 'earliest'),
        takeMessages(opened.other, channel, 1, 'earliest'),
        takeMessages(opened.other, `${channel}x`, 1, 'earliest'),
      ]);
      expect(one).toEqual(['a', 'b', 'c']);
      expect(two.map(({ payload }) => text(payload))).toEqual(['a']);
      expect(three.map(({ payload }) => text(payload))).toEqual(['x']);
    });

    it('keeps each of many writers in its own order, and gives every reader the same sequence', async () => {
      const write = async (writer: MessageStream, label: string) => {
        for (let i = 0; i < 20; i++)
          await writer.publish(channel, [bytes(`${label}${2 * i}`), bytes(`${label}${2 * i + 1}`)]);
      };
      await Promise.all([write(stream, 'a'), write(opened.other, 'b'), write(stream, 'c')]);
      const first = await take(120, 'earliest');
      expect(await takeMessages(opened.other, channel, 120, 'earliest')).toEqual(first);
      const seen = first.map(({ payload }) => text(payload));
      for (const label of ['a', 'b', 'c'])
        expect(seen.filter((value) => value.startsWith(label))).toEqual(
          Array.from({ length: 40 }, (_, index) => `${label}${index}`),
        );
      for (let i = 1; i < first.length; i++)
        expect(stream.compare(at(first, i - 1).id, at(first, i).id)).toBeLessThan(0);
    });

    it('carries empty and binary payloads and the largest message unchanged', async () => {
      const big = new Uint8Array(stream.messageBytesMax);
      for (let i = 0; i < big.length; i += 997) big[i] = i;
      const every = Uint8Array.from({ length: 256 }, (_, index) => index);
      await stream.publish(channel, [every, new Uint8Array(0), big]);
      const [first, second, third] = await take(3, 'earliest');
      expect(hex(first?.payload)).toBe(hex(every));
      expect(second?.payload.length).toBe(0);
      expect(Buffer.compare(third?.payload ?? every, big)).toBe(0);
    });

    it('refuses a message above the limit, and nothing of that publication is written', async () => {
      const tooBig = new Uint8Array(stream.messageBytesMax + 1);
      await expect(stream.publish(channel, [bytes('a'), tooBig])).rejects.toBeInstanceOf(Exhausted);
      await publish('b');
      expect(await takeTexts(1, 'earliest')).toEqual(['b']);
    });

    it('bounds batches in bytes, with at least one message in each', async () => {
      await stream.publish(
        channel,
        Array.from({ length: 40 }, () => new Uint8Array(1000)),
      );
      await stream.publish(channel, [new Uint8Array(9000)]);
      let count = 0;
      for await (const batch of stream.read(channel, 'earliest', stop.signal, { batchBytesMax: 4500 })) {
        const size = batch.reduce((sum, { payload }) => sum + payload.length, 0);
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length === 1 || size <= 4500).toBe(true);
        count += batch.length;
        if (count === 41) break;
      }
    });

    it('leaves a payload alone as long as its lease is held, whatever is read and released meanwhile', async () => {
      const payloadOf = (index: number) => Buffer.alloc(300_000, `payload ${index} `);
      for (let i = 0; i < 40; i++) await stream.publish(channel, [payloadOf(i)]);
      const held: Message[] = [];
      let count = 0;
      for await (const batch of stream.read(channel, 'earliest', stop.signal)) {
        for (const message of batch) {
          expect(Buffer.compare(message.payload, payloadOf(count))).toBe(0);
          if (count % 7 === 0) held.push(message);
          else message.lease?.release();
          count++;
        }
        if (count === 40) break;
      }
      for (const [index, { payload }] of held.entries())
        expect(Buffer.compare(payload, payloadOf(7 * index))).toBe(0);
    });

    it('wakes a waiting reader for a message of another writer', async () => {
      const reading = takeTexts(1, 'earliest');
      await new Promise((resolve) => setTimeout(resolve, 50));
      await opened.other.publish(channel, [bytes('late')]);
      expect(await reading).toEqual(['late']);
    });

    it('ends reading when the signal aborts, also while it waits', async () => {
      const iterator = stream.read(channel, 'earliest', stop.signal)[Symbol.asyncIterator]();
      const waiting = iterator.next();
      await new Promise((resolve) => setTimeout(resolve, 30));
      const since = performance.now();
      stop.abort();
      expect((await waiting).done).toBe(true);
      expect(performance.now() - since).toBeLessThan(1000);
      expect((await stream.read(channel, 'earliest', stop.signal)[Symbol.asyncIterator]().next()).done).toBe(
        true,
      );
    });

    it('forgets at most what lies before a trimmed position', async () => {
      const ids = await publish('a', 'b', 'c');
      await stream.trim(channel, at(ids, 2));
      expect(await takeTexts(1, { at: at(ids, 2) })).toEqual(['c']);
      expect((await publish('d')).map((id) => Math.sign(stream.compare(id, at(ids, 2))))).toEqual([1]);
    });

    it('takes nothing from a reader who follows the channel when it is trimmed to its latest', async () => {
      const reading = take(4, 'earliest');
      await publish('a', 'b');
      await stream.trim(channel, 'latest');
      await publish('c');
      await stream.trim(channel, 'latest');
      await publish('d');
      expect((await reading).map(({ payload }) => text(payload))).toEqual(['a', 'b', 'c', 'd']);
    });

    it('fails with Corrupt at a position that the channel does not hold, rather than skip', async () => {
      const ids = await stream.publish(
        `${channel}long`,
        Array.from({ length: 50 }, () => bytes('filler filler filler')),
      );
      await publish('a');
      const reading = take(1, { at: at(ids, 49) });
      await expect(reading).rejects.toBeInstanceOf(Corrupt);
    });
  });
}

/** The first `count` messages a new reader gets; fails after ten seconds. */
export async function takeMessages(
  stream: MessageStream,
  channel: string,
  count: number,
  from: StartFrom,
  options?: ReadOptions,
): Promise<Message[]> {
  const messages: Message[] = [];
  const signal = AbortSignal.timeout(10_000);
  for await (const batch of stream.read(channel, from, signal, options)) {
    messages.push(...batch.map(({ id, payload }) => ({ id, payload })));
    if (messages.length >= count) return messages.slice(0, count);
  }
  throw new Error(`${channel}: ${messages.length} of ${count} messages within 10 s`);
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`no item ${index} among ${items.length}`);
  return item;
}

const hex = (value: MessageID | undefined) =>
  value === undefined ? undefined : Buffer.from(value).toString('hex');
