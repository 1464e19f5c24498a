import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isKind, seededRandom } from '@millrace/core';
import type { MetaStore } from '@millrace/metastore';
import { milvus } from '@millrace/proto';
import { connect, realClock } from '@millrace/runtime';
import { SmallDisk } from '@millrace/runtime/testing/small-disk';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { openLocal } from './inspect/open-local.ts';
import { startLocalCluster } from './supervisor/local-cluster.ts';
import { compactionsOver, eagerCompaction, readBack } from './testing/read-back.ts';
import { RunningLoad } from './testing/running-load.ts';

/** Longer than a session's lease and its end take: 3 s and 1.5 s in a local cluster. */
const fullMs = 6_000;
const recoveryMs = 30_000;
const saysWhatToDo = /^the disk of \S+ is full( or fails)?: make room, writing goes on by itself/;

const disk = SmallDisk.mount(256 * 1024 * 1024);

/** Takes the free pages in lmdb's file, which a store can go on with for a while on a disk that is full. */
class Ballast {
  private readonly store: MetaStore;

  constructor(store: MetaStore) {
    this.store = store;
  }

  async load(): Promise<void> {
    for (let at = 0; ; at++) {
      const write = { put: `ballast/${at}`, value: Buffer.alloc(20_000) };
      const refused = await this.store.transact({ writes: [write] }).then(
        () => false,
        (error: unknown) => isKind(error, 'exhausted'),
      );
      if (refused) return;
    }
  }

  async drop(): Promise<void> {
    await this.store.transact({ writes: [{ deletePrefix: 'ballast/' }] });
  }
}

describe.skipIf(disk === undefined)('a local cluster whose disk is full for a while', () => {
  const over: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of over.splice(0).reverse()) await end();
    disk?.clear();
  });
  afterAll(() => disk?.unmount());

  /** A cluster with all that it keeps on the small disk, or one part of it only. */
  async function start(part: 'all' | 'meta' | 'objects') {
    const small = disk?.directory ?? '';
    const directory = part === 'all' ? join(small, 'cluster') : mkdtempSync(join(tmpdir(), 'millrace-full-'));
    if (part !== 'all') {
      mkdirSync(join(directory, 'data'));
      mkdirSync(join(small, part));
      symlinkSync(join(small, part), join(directory, 'data', part));
      over.push(async () => rmSync(directory, { recursive: true }));
    }
    const ended: string[] = [];
    const lines: string[] = [];
    const cluster = await startLocalCluster(
      {
        directory,
        dataNodes: 2,
        port: 0,
        logLevel: 'info',
        // Small buffers: objects are written all the time.
        options: { ...eagerCompaction, 'dataNode.segment.insertBufSize': '262144' },
      },
      () => {},
      (event) => {
        if (event.type === 'ended') ended.push(`${event.name}: ${event.how}`);
        if (event.type === 'line') lines.push(event.line);
      },
    );
    over.push(() => cluster.stop());
    const client = connect(milvus.MilvusServiceService, cluster.address);
    over.push(async () => client.close());
    const load = new RunningLoad(client.call, realClock, seededRandom(1), { collection: 'full' });
    await load.create();
    return { directory, cluster, load, ended, lines };
  }

  /** Load before, while the disk is full until somebody was told, and after. Tells how many rows were acknowledged meanwhile. */
  async function fillUnderLoad(load: RunningLoad, told: () => boolean, ballast?: Ballast): Promise<number> {
    const stop = new AbortController();
    const running = load.run(stop.signal);
    try {
      await realClock.sleep(1_500);
      const before = load.acknowledged.size;
      disk?.fill();
      await ballast?.load();
      await realClock.sleep(fullMs);
      // A slow machine may take longer until somebody is told.
      await expect.poll(told, { timeout: recoveryMs, interval: 100 }).toBe(true);
      const meanwhile = load.acknowledged.size - before;
      disk?.makeRoom();
      await ballast?.drop();
      await expect.poll(() => load.insert(10), { timeout: recoveryMs, interval: 100 }).toBe(true);
      await realClock.sleep(1_000);
      return meanwhile;
    } finally {
      stop.abort();
      await running;
    }
  }

  /** Each failure, but for calls that a busy machine did not answer in time. */
  function answeredFailures(load: RunningLoad): string[] {
    return [...load.failures.keys()].filter((text) => !text.includes('Deadline exceeded'));
  }

  function everyFailureSaysWhatToDo(load: RunningLoad): void {
    const failures = answeredFailures(load);
    expect(failures).not.toEqual([]);
    for (const failure of failures) expect(failure).toMatch(saysWhatToDo);
  }

  async function everythingIsThere({ directory, cluster, load }: Awaited<ReturnType<typeof start>>) {
    await load.flushAll(AbortSignal.timeout(recoveryMs));
    await compactionsOver(() => openLocal(directory));
    // Nodes save the deletes that they still hold.
    await cluster.stop();
    const data = await openLocal(directory);
    expect((await readBack(data, load)).faults).toEqual([]);
    await data.close();
  }

  it('refuses writes and says what to do, and goes on when there is room', { timeout: 120_000 }, async () => {
    const world = await start('all');
    await fillUnderLoad(world.load, () => answeredFailures(world.load).length > 0);
    everyFailureSaysWhatToDo(world.load);
    await everythingIsThere(world);
    expect(world.ended).toEqual([]);
  });

  it('keeps its sessions while the metastore cannot be written', { timeout: 120_000 }, async () => {
    const world = await start('meta');
    const data = await openLocal(world.directory);
    over.push(() => data.close());
    const told = () => answeredFailures(world.load).length > 0;
    await fillUnderLoad(world.load, told, new Ballast(data.store));
    everyFailureSaysWhatToDo(world.load);
    await everythingIsThere(world);
    expect(world.ended).toEqual([]);
  });

  it('takes rows into the log while objects cannot be written', { timeout: 120_000 }, async () => {
    const world = await start('objects');
    const told = () => world.lines.filter((line) => line.includes('object not stored'));
    expect(await fillUnderLoad(world.load, () => told().length > 0)).toBeGreaterThan(1_000);
    expect([...world.load.failures.keys()]).toEqual([]);
    for (const line of told())
      expect(JSON.parse(line)).toMatchObject({ error: expect.stringMatching('is full: make room') });
    await everythingIsThere(world);
    expect(world.ended).toEqual([]);
  });
});
