import { createServer } from 'node:net';
import { silentLogger, Unavailable } from '@millrace/core';
import { realClock } from '@millrace/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KafkaStream } from '../kafka.ts';

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('a Kafka that cannot be reached', () => {
  let stream: KafkaStream;
  beforeEach(async () => {
    const brokers = [`127.0.0.1:${await freePort()}`];
    stream = new KafkaStream({ clock: realClock, log: silentLogger }, { brokers, deadlineMs: 300 });
  });
  afterEach(() => stream.close());

  it('makes every publication Unavailable at its deadline, and the next ones too', async () => {
    const both = await Promise.allSettled([
      stream.publish('c', [Buffer.from('a')]),
      stream.publish('c', [Buffer.from('b')]),
    ]);
    for (const result of both)
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(Unavailable) });
    await expect(stream.publish('c', [Buffer.from('c')])).rejects.toBeInstanceOf(Unavailable);
  });

  it('makes latest Unavailable at the deadline', async () => {
    await expect(stream.latest('c')).rejects.toBeInstanceOf(Unavailable);
  });

  it('is waited through by a reader, until its signal aborts', async () => {
    const stop = new AbortController();
    const next = stream.read('c', 'earliest', stop.signal)[Symbol.asyncIterator]().next();
    const first = await Promise.race([next, realClock.sleep(1000).then(() => 'waits')]);
    expect(first).toBe('waits');
    stop.abort();
    expect((await next).done).toBe(true);
  });

  it('does not keep the stream from closing, which rejects what waits', async () => {
    const waiting = expect(stream.publish('c', [Buffer.from('a')])).rejects.toBeInstanceOf(Unavailable);
    await stream.close();
    await waiting;
    await expect(stream.publish('c', [Buffer.from('b')])).rejects.toThrow('closed');
  });
});
