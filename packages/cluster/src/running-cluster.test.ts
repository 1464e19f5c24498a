import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@millrace/core';
import { milvus } from '@millrace/proto';
import { connect, type RpcClient, realClock } from '@millrace/runtime';
import { insertLogKey } from '@millrace/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLocal } from './inspect/open-local.ts';
import { type LocalCluster, startLocalCluster } from './supervisor/local-cluster.ts';
import { millrace } from './testing/millrace.ts';
import { RunningLoad } from './testing/running-load.ts';

/** Nobody listens on it: it is reserved. */
const unreachable = '127.0.0.1:1';

describe('commands that act on a running cluster', { timeout: 90_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-running-'));
  let cluster: LocalCluster;
  let client: RpcClient<typeof milvus.MilvusServiceService>;

  beforeAll(async () => {
    const options = {
      'dataNode.checkpointInterval': '500',
      'dataCoord.compaction.enableAutoCompaction': 'false',
    };
    cluster = await startLocalCluster(
      { directory, dataNodes: 1, port: 0, logLevel: 'warn', options },
      () => {},
    );
    client = connect(milvus.MilvusServiceService, cluster.address);
  });
  afterAll(async () => {
    client.close();
    await cluster.stop();
    rmSync(directory, { recursive: true });
  });

  const on = (...args: string[]) => millrace(...args, '--address', cluster.address);

  async function show(what: string, ...flags: string[]): Promise<Record<string, string>[]> {
    const { out } = await millrace('show', what, '--data', directory, '--json', ...flags);
    return out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  async function created(collection: string): Promise<RunningLoad> {
    const load = new RunningLoad(client.call, realClock, seededRandom(1), { collection });
    await load.create();
    return load;
  }
  async function insert(load: RunningLoad, rows = 50): Promise<void> {
    while (!(await load.insert(rows))) await realClock.sleep(100);
  }
  const statesOf = async (collection: string) =>
    (await show('segments')).filter((row) => row['collection'] === collection).map((row) => row['state']);

  it.each([
    ['flush', []],
    ['compact', []],
    ['import', ['rows.json']],
    ['drop', []],
  ])(
    '%s says which collections there are when it is told another, and when nobody answers',
    async (name, more) => {
      expect(await on(name, 'nowhere', ...more)).toMatchObject({
        code: 1,
        error: expect.stringContaining('there is no collection nowhere: '),
      });
      expect(await millrace(name, 'nowhere', ...more, '--address', unreachable)).toMatchObject({
        code: 1,
        error: expect.stringContaining(`nobody answers at ${unreachable}: start a cluster with millrace up`),
      });
      expect(await millrace(name, 'nowhere', ...more, '--address', '')).toMatchObject({
        code: 2,
        error: expect.stringContaining('It takes a host and a port, such as 127.0.0.1:19530.'),
      });
      expect(await on(name)).toMatchObject({ code: 2, error: expect.stringContaining("'collection'") });
      expect((await millrace(name, '--help')).out).toContain('--address <host:port>');
    },
  );

  it('flush returns once every row is in binlogs', async () => {
    await insert(await created('flushed'));
    const outcome = await on('flush', 'flushed');
    expect(outcome).toMatchObject({ code: 0, out: expect.stringContaining('flushed is flushed: ') });
    expect(new Set(await statesOf('flushed'))).toEqual(new Set(['flushed']));
  });

  it('compact returns once small segments are one, and says which; show garbage says why their sources stay', async () => {
    const load = await created('compacted');
    for (let flush = 0; flush < 3; flush++) {
      await insert(load);
      expect((await on('flush', 'compacted')).code).toBe(0);
    }
    const sources = (await show('segments')).filter((row) => row['collection'] === 'compacted');
    const { code, out } = await on('compact', 'compacted');
    expect(code).toBe(0);
    expect(out).toContain('compacted is compacted: ');
    for (const { segment } of sources) expect(out).toContain(segment);

    const dropped = (await show('garbage')).filter(({ what }) => what === 'dropped-segment');
    expect(dropped.map(({ name }) => name).toSorted()).toEqual(
      sources.map(({ segment }) => segment).toSorted(),
    );
    expect(new Set(dropped.map((row) => row['still there because']))).toEqual(new Set(['young']));
    const later = await show('garbage', '--set', 'dataCoord.gc.dropTolerance=0');
    for (const row of later) expect(['replayed', 'next-round']).toContain(row['still there because']);
  });

  it('show garbage names objects that no metadata names', async () => {
    const ref = { collectionID: 1n, partitionID: 2n, segmentID: 3n, fieldID: 100n, logID: 4n };
    const local = await openLocal(directory);
    const key = insertLogKey(local.objectRoot, ref);
    await local.objects.put(key, [Buffer.from('x')]);
    await local.close();
    const because = async (...flags: string[]) =>
      (await show('garbage', ...flags)).find(({ name }) => name === key)?.['still there because'];
    expect(await because()).toBe('young');
    expect(await because('--set', 'dataCoord.gc.missingTolerance=0')).toBe('next-round');
  });

  it('import returns once the rows are there, or says why nothing is; show imports remembers both', async () => {
    await created('imported');
    const rows = [1, 2, 3].map((id) => ({ id, vector: [1, 2, 3, 4, 5, 6, 7, 8], text: `row ${id}` }));
    const local = await openLocal(directory);
    await local.objects.put('good.json', [Buffer.from(JSON.stringify({ rows }))]);
    await local.objects.put('bad.json', [Buffer.from(JSON.stringify({ rows: [{ id: 1 }] }))]);
    await local.close();
    expect(await on('import', 'imported', 'good.json')).toEqual({
      code: 0,
      out: '3 rows imported into imported\n',
      error: '',
    });
    const bad = await on('import', 'imported', 'bad.json');
    expect(bad.code).toBe(2);
    expect(bad.error).toContain('nothing of bad.json is imported: ');
    const [done, failed] = await show('imports');
    expect(done).toMatchObject({ collection: 'imported', state: 'completed', rows: '3', files: 'good.json' });
    expect(failed).toMatchObject({ files: 'bad.json', state: expect.stringMatching(/^failed/) });
    expect(bad.error).toContain(failed?.['why failed']);
    expect(await on('import', 'imported', 'good.json', '--partition', 'nowhere')).toEqual({
      code: 1,
      out: '',
      error: "millrace: partition ID not found for partition name 'nowhere'\n",
    });
  });

  it('drop takes a collection away', async () => {
    await created('dropped');
    expect(await on('drop', 'dropped')).toEqual({ code: 0, out: 'dropped is dropped\n', error: '' });
    expect((await on('drop', 'dropped')).code).toBe(1);
  });

  it('says what goes on when it is not over in time', async () => {
    await insert(await created('slow'));
    const node = cluster.supervisor.get('datanode-1')?.pid ?? 0;
    process.kill(node, 'SIGSTOP');
    try {
      expect(await on('flush', 'slow', '--timeout', '1')).toMatchObject({
        code: 1,
        error: expect.stringContaining('the flush of slow is not over after 1 s, and goes on'),
      });
    } finally {
      process.kill(node, 'SIGCONT');
    }
  });
});
