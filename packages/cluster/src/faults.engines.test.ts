import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@millrace/core';
import { milvus } from '@millrace/proto';
import { connect, realClock } from '@millrace/runtime';
import { engineAddress } from '@millrace/runtime/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { openData } from './inspect/open-local.ts';
import { startLocalCluster } from './supervisor/local-cluster.ts';
import { type EngineAddresses, engineOptions } from './testing/engine-options.ts';
import { FaultyWire } from './testing/faulty-wire.ts';
import { compactionsOver, eagerCompaction, readBack } from './testing/read-back.ts';
import { peakResidentBytes } from './testing/resident-memory.ts';
import { type LoadSettings, RunningLoad } from './testing/running-load.ts';

const engines = {
  etcd: engineAddress('etcd'),
  kafka: engineAddress('kafka'),
  minio: engineAddress('minio'),
};

/** Far longer than the lease of a session, 3 s. */
const faultMs = 10_000;
/** Everything goes on within this once the engine is back: restarts and connections pause 5 s at most. */
const recoveryMs = 40_000;
const mebibyte = 1024 * 1024;
/** What the garbage collector may leave for a while beyond what it did before. */
const garbageBytes = 32 * mebibyte;

interface Plan {
  /** The engine behind the wire. */
  readonly engine: keyof EngineAddresses;
  readonly dataNodes: number;
  readonly options: Readonly<Record<string, string>>;
  readonly load?: Partial<LoadSettings>;
}

describe.skipIf(Object.values(engines).some((address) => address === undefined))(
  'a cluster on etcd, Kafka and MinIO, while rows are written,',
  () => {
    const over: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const end of over.splice(0).reverse()) await end();
    });

    async function start(plan: Plan) {
      const directory = mkdtempSync(join(tmpdir(), 'millrace-faults-'));
      over.push(async () => rmSync(directory, { recursive: true }));
      const direct = { etcd: engines.etcd ?? '', kafka: engines.kafka ?? '', minio: engines.minio ?? '' };
      const wire = new FaultyWire(direct[plan.engine]);
      await wire.open();
      over.push(() => wire.down());
      const root = `faults-${plan.engine}-${plan.dataNodes}-${process.pid}`;
      const reached = engineOptions(root, { ...direct, [plan.engine]: wire.address });
      const options = { ...reached, ...eagerCompaction, ...plan.options };
      const ended: string[] = [];
      const lines: string[] = [];
      const cluster = await startLocalCluster(
        { directory, dataNodes: plan.dataNodes, port: 0, logLevel: 'info', options },
        () => {},
        (event) => {
          if (event.type === 'ended') ended.push(event.name);
          if (event.type === 'line') lines.push(event.line);
        },
      );
      over.push(() => cluster.stop());
      const client = connect(milvus.MilvusServiceService, cluster.address);
      over.push(async () => client.close());
      const settings = { collection: 'faults', ...plan.load };
      const load = new RunningLoad(client.call, realClock, seededRandom(1), settings);
      await load.create();
      const stop = new AbortController();
      const running = load.run(stop.signal);
      const quiet = async () => {
        stop.abort();
        await running;
      };
      over.push(quiet);
      return { cluster, wire, load, quiet, ended, lines, data: () => openData(engineOptions(root, direct)) };
    }
    type World = Awaited<ReturnType<typeof start>>;

    async function goesOn({ load }: World): Promise<void> {
      await expect.poll(() => load.insert(10), { timeout: recoveryMs, interval: 200 }).toBe(true);
      await realClock.sleep(1_000);
    }

    /** The engine hangs, goes on, and is away. Each time everything goes on by itself. */
    async function hangThenDown(world: World): Promise<void> {
      const { wire } = world;
      await realClock.sleep(1_500);
      for (const fail of [() => wire.hang(), () => wire.down()]) {
        await fail();
        await realClock.sleep(faultMs);
        await wire.mend();
        await goesOn(world);
      }
    }

    async function everythingIsThere({ load, quiet, cluster, data }: World): Promise<void> {
      await quiet();
      await load.flushAll(AbortSignal.timeout(recoveryMs));
      await compactionsOver(data);
      // Nodes save the deletes that they still hold.
      await cluster.stop();
      const kept = await data();
      const { faults } = await readBack(kept, load);
      await kept.close();
      expect(faults).toEqual([]);
    }

    const small = { dataNodes: 2, options: { 'dataNode.segment.insertBufSize': '262144' } };

    it('loses no row when etcd hangs or is away: who loses a session says so, ends, and is started again', {
      timeout: 200_000,
    }, async () => {
      const world = await start({ engine: 'etcd', ...small });
      await hangThenDown(world);
      await everythingIsThere(world);
      const roles = ['datacoord', 'datanode-1', 'datanode-2', 'proxy', 'rootcoord'];
      expect([...new Set(world.ended)].sort()).toEqual(roles);
      const reasons = world.lines
        .filter((line) => line.includes('ended by an error'))
        .map((line) => String(JSON.parse(line).error));
      for (const reason of reasons) expect(reason).toMatch(/^(Fenced: the session|Unavailable: etcd cannot)/);
      expect(reasons.filter((reason) => reason.startsWith('Fenced')).length).toBeGreaterThanOrEqual(5);
    });

    it('loses no row when Kafka hangs or is away: writes wait, and no process ends', {
      timeout: 200_000,
    }, async () => {
      const world = await start({ engine: 'kafka', ...small });
      await hangThenDown(world);
      await everythingIsThere(world);
      expect(world.ended).toEqual([]);
    });

    it('takes rows on when MinIO hangs or is away, and holds no more of them than its budget', {
      timeout: 200_000,
    }, async () => {
      const budgetBytes = 32 * mebibyte;
      const options = {
        'dataNode.memory.budget': String(budgetBytes),
        'dataNode.segment.insertBufSize': String(2 * mebibyte),
      };
      const dim = 512;
      const world = await start({ engine: 'minio', dataNodes: 1, options, load: { dim, rowsMax: 1_500 } });
      const pid = world.cluster.supervisor.get('datanode-1')?.pid ?? 0;
      const peakWhile = async (work: () => Promise<unknown>) => {
        const done = new AbortController();
        const peak = peakResidentBytes(realClock, pid, done.signal);
        await work();
        done.abort();
        return peak;
      };
      // At work: what buffers nobody uses any more have not been collected yet is in it.
      const workingBytes = await peakWhile(() => realClock.sleep(6_000));
      const before = world.load.acknowledged.size;
      const peakBytes = await peakWhile(async () => {
        world.wire.hang();
        await realClock.sleep(faultMs);
        await world.wire.down();
        await realClock.sleep(faultMs);
      });
      const takenBytes = (world.load.acknowledged.size - before) * dim * 4;
      await world.wire.mend();
      await goesOn(world);
      expect(takenBytes).toBeGreaterThan(3 * budgetBytes);
      expect(peakBytes).toBeLessThan(workingBytes + budgetBytes + garbageBytes);
      await everythingIsThere(world);
      expect(world.ended).toEqual([]);
    });
  },
);
