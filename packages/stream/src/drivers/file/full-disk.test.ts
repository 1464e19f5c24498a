import { realClock } from '@millrace/runtime';
import { SmallDisk } from '@millrace/runtime/testing/small-disk';
import { afterAll, describe, expect, it } from 'vitest';
import { FileStream } from '../file.ts';

const disk = SmallDisk.mount(8 * 1024 * 1024);

describe.skipIf(disk === undefined)('a log on a full disk', () => {
  afterAll(() => disk?.unmount());

  it('refuses what it has no room for and says so, keeps what it took, and goes on when there is room', async () => {
    const directory = disk?.directory ?? '';
    const streams = [0, 1].map(() => new FileStream({ clock: realClock }, { directory }));
    const taken: string[] = [];
    const refused = new Set<string>();
    const publish = async (at: number) => {
      const text = `${at}${'.'.repeat(at % 900)}`;
      try {
        await streams[at % 2]?.publish('c', [Buffer.from(text)]);
        taken.push(text);
      } catch (error) {
        refused.add(text);
        expect(error).toMatchObject({ kind: 'exhausted', message: expect.stringContaining('make room') });
      }
    };
    for (let at = 0; at < 100; at++) await publish(at);
    expect(refused.size).toBe(0);
    disk?.fill();
    for (let at = 100; at < 200; at++) await publish(at);
    expect(refused.size).toBeGreaterThan(50);
    disk?.makeRoom();
    for (let at = 200; at < 300; at++) await publish(at);
    const read: string[] = [];
    const stop = new AbortController();
    for await (const batch of streams[0]?.read('c', 'earliest', stop.signal) ?? []) {
      read.push(...batch.map(({ payload }) => Buffer.from(payload).toString()));
      if (read.at(-1) === taken.at(-1)) stop.abort();
    }
    expect(read.filter((text) => !refused.has(text))).toEqual(taken);
    for (const stream of streams) await stream.close();
  });
});
