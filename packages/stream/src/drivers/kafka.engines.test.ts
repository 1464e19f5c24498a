import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { Corrupt, silentLogger, Unavailable } from '@millrace/core';
import { realClock } from '@millrace/runtime';
import { engineAddress } from '@millrace/runtime/testing';
import { Admin } from '@platformatic/kafka';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeMessageStream, takeMessages } from '../testing/message-stream-suite.ts';
import { KafkaStream, type KafkaStreamSettings } from './kafka.ts';

const address = engineAddress('kafka');
const open = (settings: Partial<KafkaStreamSettings> = {}) =>
  new KafkaStream({ clock: realClock, log: silentLogger }, { brokers: [address ?? ''], ...settings });

if (address === undefined) describe.skip('MessageStream: kafka');
else
  describeMessageStream('kafka', async () => {
    const stream = open();
    const other = open({ compression: 'zstd' });
    return {
      stream,
      other,
      async close() {
        await Promise.all([stream.close(), other.close()]);
      },
    };
  });

describe.skipIf(address === undefined)('KafkaStream', () => {
  let stream: KafkaStream;
  let channel: string;
  let count = 0;
  beforeEach(() => {
    stream = open();
    channel = `by-dev-kafka_${process.pid}_${count++}`;
  });
  afterEach(() => stream.close());

  const publish = (...texts: string[]) =>
    stream.publish(
      channel,
      texts.map((text) => Buffer.from(text)),
    );
  const texts = async (number: number, offset: bigint) => {
    const messages = await takeMessages(stream, channel, number, { at: idOf(offset) });
    return messages.map(({ payload }) => Buffer.from(payload).toString());
  };
  const deleteBefore = async (offset: bigint) => {
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [address ?? ''] });
    await admin.deleteRecords({ topics: [{ name: channel, partitions: [{ partition: 0, offset }] }] });
    await admin.close();
  };

  it('has the offset as id, 8 bytes little-endian', async () => {
    const ids = await publish('a', 'b', 'c');
    expect(ids.map((id) => Buffer.from(id).toString('hex'))).toEqual([
      '0000000000000000',
      '0100000000000000',
      '0200000000000000',
    ]);
  });

  it('fails with Corrupt at an offset that retention removed, and reads on from the first that is kept', async () => {
    await publish('a', 'b', 'c', 'd');
    await deleteBefore(2n);
    await expect(texts(1, 0n)).rejects.toBeInstanceOf(Corrupt);
    await expect(texts(1, 1n)).rejects.toThrow('no longer holds offset 1, its first is 2');
    expect(await texts(2, 2n)).toEqual(['c', 'd']);
    const [first] = await takeMessages(stream, channel, 1, 'earliest');
    expect(Buffer.from(first?.payload ?? []).toString()).toBe('c');
  });

  it('fails with Corrupt when retention overtakes a reader, and has no newest message in an emptied channel', async () => {
    await publish('a', 'b');
    const reading = stream.read(channel, 'earliest', AbortSignal.timeout(10_000))[Symbol.asyncIterator]();
    expect((await reading.next()).value).toHaveLength(2);
    await publish('c', 'd');
    await deleteBefore(4n);
    expect(await stream.latest(channel)).toBeUndefined();
    await expect(reading.next()).rejects.toBeInstanceOf(Corrupt);
  });

  describe('while connections break', () => {
    const sockets = new Set<Socket>();
    let away = false;
    const opened = (event: unknown) => {
      const socket = socketOf(event);
      if (socket === undefined) return;
      sockets.add(socket.once('close', () => sockets.delete(socket)));
      if (away) socket.destroy(new Error('refused'));
    };
    const breakAll = () => {
      for (const socket of sockets) socket.destroy(new Error('reset'));
    };
    beforeEach(() => {
      away = false;
      subscribe('net.client.socket', opened);
    });
    afterEach(() => unsubscribe('net.client.socket', opened));

    it('keeps order, loses nothing and repeats nothing, also when brokers are away for a while', async () => {
      const total = 3000;
      const reading = takeMessages(stream, channel, total, 'earliest');
      const publications: Promise<unknown>[] = [];
      for (let i = 0; i < total; i++) {
        publications.push(publish(`${i}`));
        if (i % 20 === 0) await realClock.sleep(5);
        if (i % 250 === 125) breakAll();
        if (i === 1500) away = true;
        if (i === 2000) away = false;
      }
      await Promise.all(publications);
      const seen = (await reading).map(({ payload }) => Number(Buffer.from(payload).toString()));
      expect(seen).toEqual(Array.from({ length: total }, (_, index) => index));
    });

    it('rejects at the deadline when brokers stay away, and goes on in order when they are back', async () => {
      const hasty = open({ deadlineMs: 300 });
      try {
        const send = (text: string) => hasty.publish(channel, [Buffer.from(text)]);
        await send('before');
        away = true;
        breakAll();
        for (const text of ['lost1', 'lost2', 'lost3'])
          await expect(send(text)).rejects.toBeInstanceOf(Unavailable);
        away = false;
        await expect.poll(() => send('after').catch(() => undefined), { timeout: 5000 }).toBeDefined();
        await send('last');
        const messages = await takeMessages(hasty, channel, 2, 'earliest');
        expect(Buffer.from(messages[0]?.payload ?? []).toString()).toBe('before');
        const newest = await hasty.latest(channel);
        const [last] = await takeMessages(hasty, channel, 1, { at: newest ?? idOf(0n) });
        expect(Buffer.from(last?.payload ?? []).toString()).toBe('last');
      } finally {
        await hasty.close();
      }
    });
  });

  it('reads what was written with zstd from the middle of a batch', async () => {
    const writer = open({ compression: 'zstd' });
    await writer.publish(
      channel,
      Array.from({ length: 500 }, (_, index) => Buffer.from(`${index}`.padEnd(1000, '.'))),
    );
    await writer.close();
    expect((await texts(2, 321n)).map((text) => Number.parseInt(text, 10))).toEqual([321, 322]);
  });
});

function socketOf(event: unknown): Socket | undefined {
  const socket = typeof event === 'object' && event !== null && 'socket' in event ? event.socket : undefined;
  return socket instanceof Socket ? socket : undefined;
}

function idOf(offset: bigint): Uint8Array {
  const id = Buffer.alloc(8);
  id.writeBigInt64LE(offset);
  return id;
}
