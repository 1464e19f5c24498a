import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@millrace/core';
import { discover } from '@millrace/metastore';
import { milvus } from '@millrace/proto';
import { connect, realClock } from '@millrace/runtime';
import { describe, expect, it } from 'vitest';
import { openLocal } from './inspect/open-local.ts';
import { type LocalCluster, startLocalCluster } from './supervisor/local-cluster.ts';
import { millrace } from './testing/millrace.ts';
import { compactionsOver, eagerCompaction, readBack } from './testing/read-back.ts';
import { RunningLoad } from './testing/running-load.ts';

const names = ['datacoord-1', 'datacoord-2'] as const;
const leaseMs = 3_000;
const kills = 4;

describe('a cluster with a DataCoord that stands by', () => {
  it('writes on within lease and 2 s when the active one is killed under load, and loses no row', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-standby-'));
    const cluster = await startLocalCluster(
      { directory, dataNodes: 2, standby: true, port: 0, logLevel: 'info', options: eagerCompaction },
      () => {},
    );
    const client = connect(milvus.MilvusServiceService, cluster.address);
    const load = new RunningLoad(client.call, realClock, seededRandom(1), { collection: 'standby' });
    const stop = new AbortController();
    let before = '';
    try {
      await load.create();
      const running = load.run(stop.signal);
      for (let kill = 0; kill < kills; kill++) {
        await realClock.sleep(1_500);
        const active = await activeOf(directory, cluster);
        expect(active.name).not.toBe(before);
        before = active.name;
        process.kill(active.pid, 'SIGKILL');
        await expect.poll(() => load.insert(10), { timeout: leaseMs + 2_000, interval: 50 }).toBe(true);
      }
      stop.abort();
      await running;
      await load.flushAll(AbortSignal.timeout(30_000));
      await compactionsOver(() => openLocal(directory));
      await expect.poll(() => shownStates(directory), { timeout: 20_000 }).toEqual(['serves', 'stands by']);
    } finally {
      stop.abort();
      client.close();
      await cluster.stop();
    }
    const data = await openLocal(directory);
    expect((await readBack(data, load)).faults).toEqual([]);
    await data.close();
    rmSync(directory, { recursive: true });
  }, 120_000);
});

/** What `millrace show sessions` says of the DataCoords. */
async function shownStates(directory: string): Promise<readonly string[]> {
  const { out } = await millrace('show', 'sessions', '--data', directory, '--json');
  const sessions = out.split('\n').filter(Boolean);
  return sessions
    .map((line): Record<string, string> => JSON.parse(line))
    .flatMap(({ role, state }) => (role === 'datacoord' && state !== undefined ? [state] : []))
    .toSorted();
}

/** The one that holds the session; the other must stand by again after it was killed. */
async function activeOf(
  directory: string,
  { supervisor }: LocalCluster,
): Promise<{ readonly name: string; readonly pid: number }> {
  const data = await openLocal(directory);
  try {
    const address = (await discover(data.store, data.keys.root, 'datacoord'))?.address ?? '';
    for (const name of names) {
      const { port, pid } = supervisor.get(name) ?? { port: 0, pid: undefined };
      if (pid !== undefined && address.endsWith(`:${port}`)) return { name, pid };
    }
    throw new Error(`no process serves ${address}`);
  } finally {
    await data.close();
  }
}
