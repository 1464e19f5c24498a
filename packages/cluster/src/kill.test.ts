import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomInt, seededRandom } from '@millrace/core';
import { milvus } from '@millrace/proto';
import { connect, realClock } from '@millrace/runtime';
import { describe, expect, it } from 'vitest';
import { type LocalData, openLocal } from './inspect/open-local.ts';
import { startLocalCluster } from './supervisor/local-cluster.ts';
import { Killer, type Moment } from './testing/killer.ts';
import {
  compactionsOver,
  eagerCompaction,
  type FlushedLogs,
  noteFlushed,
  readBack,
} from './testing/read-back.ts';
import { RunningLoad } from './testing/running-load.ts';

/** MILLRACE_SEED repeats the choices of a run. */
const seed = Number(process.env['MILLRACE_SEED'] ?? Date.now() % 1_000_000);
const killsPerRole = 5;
const roles = ['rootcoord', 'datacoord', 'datanode-1', 'datanode-2', 'proxy'] as const;

describe('a cluster whose processes are killed while rows are written', () => {
  it('keeps every acknowledged row exactly once, every other at most once, and every flushed segment as it was', async () => {
    process.stderr.write(`kill test: MILLRACE_SEED=${seed} repeats its choices\n`);
    const random = seededRandom(seed);
    const directory = mkdtempSync(join(tmpdir(), 'millrace-kill-'));
    const killer = new Killer(realClock, random);
    const stop = new AbortController();
    const cluster = await startLocalCluster(
      { directory, dataNodes: 2, port: 0, logLevel: 'debug', options: eagerCompaction },
      () => {},
      (event) => killer.observe(event),
    );
    const client = connect(milvus.MilvusServiceService, cluster.address);
    const load = new RunningLoad(client.call, realClock, random, { collection: 'kills' });
    const flushedLogs: FlushedLogs = new Map();
    let compacted = 0;
    try {
      await load.create();
      const running = load.run(stop.signal);
      for (const name of plan(random)) {
        await killer.kill(cluster.supervisor, name.role, name.moment, stop.signal);
        await realClock.sleep(200 + randomInt(random, 800));
        await withData(directory, (data) => noteFlushed(data, flushedLogs));
      }
      stop.abort();
      await running;
      await expect.poll(() => load.insert(10), { timeout: 30_000, interval: 200 }).toBe(true);
      await load.flushAll(AbortSignal.timeout(60_000));
      compacted = (await compactionsOver(() => openLocal(directory))).filter(
        ({ state }) => state === 'completed',
      ).length;
    } finally {
      stop.abort();
      client.close();
      // Nodes save the deletes that they still hold.
      await cluster.stop();
    }
    const result = await withData(directory, (data) => readBack(data, load, flushedLogs));
    process.stderr.write(
      `kill test: ${JSON.stringify({ ...killer.hits, compacted, ...result.counts, failures: Object.fromEntries(load.failures) })}\n`,
    );
    expect(result.faults).toEqual([]);
    expect(killer.hits.kills).toBe(roles.length * killsPerRole);
    expect(killer.hits.uploads).toBeGreaterThan(0);
    expect(killer.hits.saves).toBeGreaterThan(0);
    expect(killer.hits.handOvers).toBeGreaterThan(0);
    expect(compacted).toBeGreaterThan(0);
    rmSync(directory, { recursive: true });
  }, 300_000);
});

function plan(
  random: ReturnType<typeof seededRandom>,
): { readonly role: (typeof roles)[number]; readonly moment: Moment }[] {
  const moments: Record<(typeof roles)[number], readonly Moment[]> = {
    rootcoord: ['any'],
    datacoord: ['any', 'save'],
    'datanode-1': ['any', 'upload', 'save'],
    'datanode-2': ['any', 'upload', 'save'],
    proxy: ['any'],
  };
  const kills = roles.flatMap((role) =>
    Array.from({ length: killsPerRole }, (_, at) => ({
      role,
      moment: moments[role][at % moments[role].length] ?? 'any',
    })),
  );
  for (let at = kills.length - 1; at > 0; at--) {
    const other = randomInt(random, at + 1);
    [kills[at], kills[other]] = [
      kills[other] ?? { role: 'proxy', moment: 'any' },
      kills[at] ?? { role: 'proxy', moment: 'any' },
    ];
  }
  return kills;
}

async function withData<T>(directory: string, use: (data: LocalData) => Promise<T>): Promise<T> {
  const data = await openLocal(directory);
  try {
    return await use(data);
  } finally {
    await data.close();
  }
}
