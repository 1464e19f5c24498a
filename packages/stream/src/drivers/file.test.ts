import { fork } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Corrupt } from '@millrace/core';
import { realClock } from '@millrace/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeMessageStream, takeMessages } from '../testing/message-stream-suite.ts';
import { FileStream } from './file.ts';

describeMessageStream('file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-log-'));
  const open = () =>
    new FileStream(
      { clock: realClock },
      { directory, segmentBytesMax: 4096, messageBytesMax: 10 * 1024 * 1024 },
    );
  const stream = open();
  const other = open();
  return {
    stream,
    other,
    async close() {
      await stream.close();
      await other.close();
      rmSync(directory, { recursive: true });
    },
  };
});

describe('a file log, shared by processes', () => {
  let directory: string;
  const opened: FileStream[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'millrace-log-'));
  });
  afterEach(async () => {
    for (const stream of opened.splice(0)) await stream.close();
    rmSync(directory, { recursive: true });
  });
  const open = (segmentBytesMax = 64 * 1024) => {
    const stream = new FileStream({ clock: realClock }, { directory, segmentBytesMax });
    opened.push(stream);
    return stream;
  };
  const child = (name: string, count: number) =>
    fork(
      fileURLToPath(new URL('../testing/file-child.ts', import.meta.url)),
      [directory, name, String(count)],
      {
        execArgv: ['--conditions=millrace-source'],
      },
    );
  const texts = async (stream: FileStream, count: number) =>
    (await takeMessages(stream, 'c', count, 'earliest')).map(({ payload }) =>
      Buffer.from(payload).toString(),
    );

  it('holds every message of several writers once, each in its own order, across many files', async () => {
    const writers = ['a', 'b', 'c'].map((name) => child(name, 300));
    await Promise.all(writers.map((writer) => new Promise((resolve) => writer.once('exit', resolve))));
    const all = await texts(open(), 900);
    for (const name of ['a', 'b', 'c']) {
      expect(all.filter((text) => text.startsWith(name))).toEqual(
        Array.from({ length: 300 }, (_, i) => `${name}${i}`.padEnd(500, '.')),
      );
    }
    expect(readdirSync(join(directory, 'c')).length).toBeGreaterThan(3);
  });

  it('loses no acknowledged message of a writer that is killed, and others go on behind what it left', async () => {
    const stream = open();
    for (let round = 0; round < 3; round++) {
      const writer = child(`k${round}-`, 1_000_000);
      let acknowledged = -1;
      writer.on('message', (message) => {
        acknowledged = Number(message);
      });
      await expect.poll(() => acknowledged, { interval: 5, timeout: 10_000 }).toBeGreaterThan(20);
      writer.kill('SIGKILL');
      const last = acknowledged;
      await stream.publish('c', [Buffer.from(`after ${round}`)]);
      const seen: string[] = [];
      const stop = new AbortController();
      for await (const batch of stream.read('c', 'earliest', stop.signal)) {
        seen.push(...batch.map(({ payload }) => Buffer.from(payload).toString()));
        if (seen.includes(`after ${round}`)) stop.abort();
      }
      const own = seen.filter((text) => text.startsWith(`k${round}-`));
      expect(own.length).toBeGreaterThan(last);
      expect(own).toEqual(own.map((_, i) => `k${round}-${i}`.padEnd(500, '.')));
    }
  });

  it('passes over a record torn at any byte, in the middle of the file, with the same ids for all readers', async () => {
    const first = open();
    const ids = [
      ...(await first.publish('c', [Buffer.from('one')])),
      ...(await first.publish('c', [Buffer.from('two')])),
    ];
    const path = join(directory, 'c', readdirSync(join(directory, 'c'))[0] ?? '');
    const whole = readFileSync(path);
    const record = whole.subarray(whole.length / 2);
    for (let cut = 1; cut < record.length; cut++) {
      writeFileSync(path, whole);
      appendFileSync(path, record.subarray(0, cut));
      const later = new FileStream({ clock: realClock }, { directory });
      const [id] = await later.publish('c', [Buffer.from('three')]);
      const messages = await takeMessages(later, 'c', 3, 'earliest');
      expect(messages.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['one', 'two', 'three']);
      expect(messages.map((message) => Buffer.from(message.id).toString('hex'))).toEqual(
        [...ids, id ?? new Uint8Array()].map((each) => Buffer.from(each).toString('hex')),
      );
      await later.close();
    }
  });

  it('wakes a reader that waits within milliseconds', async () => {
    const stream = open();
    const stop = new AbortController();
    const delays: number[] = [];
    const reading = (async () => {
      for await (const batch of stream.read('c', 'latest', stop.signal)) {
        for (const { payload } of batch)
          delays.push(realClock.monotonic() - Number(Buffer.from(payload).toString()));
        if (delays.length >= 10) stop.abort();
      }
    })();
    await realClock.sleep(50);
    for (let i = 0; i < 10; i++) {
      await stream.publish('c', [Buffer.from(String(realClock.monotonic()))]);
      await realClock.sleep(20);
    }
    await reading;
    expect(delays).toHaveLength(10);
  });

  it('forgets all files but the one that is written when a channel is trimmed to its latest', async () => {
    const stream = open(1024);
    for (let at = 0; at < 20; at++) await stream.publish('c', [Buffer.alloc(300)]);
    expect(readdirSync(join(directory, 'c')).length).toBeGreaterThan(3);
    await stream.trim('c', 'latest');
    expect(readdirSync(join(directory, 'c'))).toHaveLength(1);
    await stream.publish('c', [Buffer.from('on')]);
    expect((await texts(stream, 1)).at(-1)).toBe('on');
  });

  it('fails a reader whose next file retention has removed with Corrupt, rather than let it wait for ever', async () => {
    const stream = open(1024);
    const stop = new AbortController();
    await stream.publish('c', [Buffer.alloc(600)]);
    const reader = stream.read('c', 'earliest', stop.signal)[Symbol.asyncIterator]();
    await reader.next();
    for (let at = 0; at < 9; at++) await stream.publish('c', [Buffer.alloc(600)]);
    await stream.trim('c', 'latest');
    const rest = async () => {
      while ((await reader.next()).done !== true);
    };
    await expect(rest()).rejects.toBeInstanceOf(Corrupt);
    stop.abort();
  });
});
