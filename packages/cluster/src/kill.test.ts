import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDurable, isHealthy, randomInt, seededRandom } from '@millrace/core';
import { milvus } from '@millrace/proto';
import { connect, realClock } from '@millrace/runtime';
import { describe, expect, it } from 'vitest';
import { findCollection, readSegments } from './inspect/catalog.ts';
import { isDamage } from './inspect/finding.ts';
import { openLocal } from './inspect/open-local.ts';
import { cellReader, readSegmentRows } from './inspect/read-rows.ts';
import { primaryKeyOfCollection } from './inspect/schema.ts';
import { verify } from './inspect/verify.ts';
import { startLocalCluster } from './supervisor/local-cluster.ts';
import { Killer, type Moment } from './testing/killer.ts';
import { RunningLoad, textOf, vectorOf } from './testing/running-load.ts';

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
      { directory, dataNodes: 2, port: 0, logLevel: 'debug', options: {} },
      () => {},
      (event) => killer.observe(event),
    );
    const client = connect(milvus.MilvusServiceService, cluster.address);
    const load = new RunningLoad(client.call, realClock, random, 'kills');
    const flushedLogs = new Map<string, string>();
    try {
      await load.create();
      const running = load.run(stop.signal);
      for (const name of plan(random)) {
        await killer.kill(cluster.supervisor, name.role, name.moment, stop.signal);
        await realClock.sleep(200 + randomInt(random, 800));
        await noteFlushed(directory, flushedLogs);
      }
      stop.abort();
      await running;
      await expect.poll(() => load.insert(10), { timeout: 30_000, interval: 200 }).toBe(true);
      await load.flushAll(AbortSignal.timeout(60_000));
    } finally {
      stop.abort();
      client.close();
      // Nodes save the deletes that they still hold.
      await cluster.stop();
    }
    const result = await judge(directory, load, flushedLogs);
    process.stderr.write(
      `kill test: ${JSON.stringify({ ...killer.hits, ...result.counts, failures: load.failures })}\n`,
    );
    expect(result.faults).toEqual([]);
    expect(killer.hits.kills).toBe(roles.length * killsPerRole);
    expect(killer.hits.uploads).toBeGreaterThan(0);
    expect(killer.hits.saves).toBeGreaterThan(0);
    expect(killer.hits.handOvers).toBeGreaterThan(0);
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

/** The insert logs of each segment the first time it is seen flushed. */
async function noteFlushed(directory: string, flushed: Map<string, string>): Promise<void> {
  const local = await openLocal(directory);
  try {
    for (const { info, insert } of await readSegments(local.store, local.keys)) {
      if (isDurable(info.state) && !flushed.has(String(info.ID)))
        flushed.set(String(info.ID), logsText(insert));
    }
  } finally {
    await local.close();
  }
}

function logsText(
  logs: readonly { readonly fieldID: bigint; readonly binlogs: readonly { readonly logID: bigint }[] }[],
): string {
  return logs
    .map(({ fieldID, binlogs }) => `${fieldID}:${binlogs.map(({ logID }) => logID).join(',')}`)
    .join(' ');
}

async function judge(directory: string, load: RunningLoad, flushedLogs: ReadonlyMap<string, string>) {
  const faults: string[] = [];
  const seen = new Map<number, { deleted: boolean }>();
  const local = await openLocal(directory);
  try {
    const collection = await findCollection(local.store, local.keys, 'kills');
    const primaryKey = primaryKeyOfCollection(collection);
    const segments = await readSegments(local.store, local.keys, collection.id);
    for (const segment of segments) {
      const before = flushedLogs.get(String(segment.info.ID));
      if (before !== undefined && before !== logsText(segment.insert))
        faults.push(`flushed segment ${segment.info.ID} changed`);
      if (!isHealthy(segment.info.state)) continue;
      for await (const batch of readSegmentRows(local.objects, local.objectRoot, segment, primaryKey)) {
        const [id, vector, text] = [100n, 101n, 102n].map((field) => {
          const column = batch.columns.get(field);
          return column === undefined ? () => undefined : cellReader(column);
        });
        for (let row = 0; row < batch.rows; row++) {
          const key = Number(id?.(row));
          if (seen.has(key)) faults.push(`row ${key} is there twice`);
          seen.set(key, { deleted: batch.deleted[row] === 1 });
          if (text?.(row) !== textOf(key)) faults.push(`row ${key} has another text`);
          const read = vector?.(row);
          if (!(read instanceof Float32Array) || vectorOf(key).some((value, at) => value !== read[at]))
            faults.push(`row ${key} has another vector`);
        }
      }
    }
    for (const key of load.acknowledged) {
      const row = seen.get(key);
      if (row === undefined) faults.push(`acknowledged row ${key} is lost`);
      else if (load.deleted.has(key) && !row.deleted) faults.push(`deleted row ${key} lives`);
      else if (row.deleted && !load.perhapsDeleted.has(key))
        faults.push(`row ${key} is deleted, nobody asked`);
    }
    for (const key of seen.keys()) {
      if (!load.acknowledged.has(key) && !load.uncertain.has(key)) faults.push(`row ${key} was never sent`);
    }
    const { findings } = await verify(local);
    for (const finding of findings.filter(isDamage))
      faults.push(`${finding.kind} ${finding.where}: ${finding.what}`);
    const phantoms = findings.length - findings.filter(isDamage).length;
    const counts = {
      acknowledged: load.acknowledged.size,
      uncertain: load.uncertain.size,
      deleted: load.deleted.size,
      segments: segments.length,
      phantoms,
    };
    return { faults: faults.slice(0, 20), counts };
  } finally {
    await local.close();
  }
}
