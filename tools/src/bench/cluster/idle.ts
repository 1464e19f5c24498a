import { join } from 'node:path';
import { startLocalCluster } from '@millrace/cluster';
import { milvus, schema } from '@millrace/proto';
import { checked, connect, realClock } from '@millrace/runtime';
import type { Measurement } from '../measurement.ts';
import { childrenOf, cpuSecondsOf, peakRssOfProcess } from './processes.ts';

const settleMs = 4_000;
const idleMs = 10_000;
const percentMax = 3;

/** What a local cluster burns while nobody asks it for anything: without a collection, and with one of four shards. */
export async function idle(directory: string): Promise<readonly Measurement[]> {
  const before = new Set(childrenOf(process.pid));
  const cluster = await startLocalCluster(
    { directory: join(directory, 'cluster'), dataNodes: 2, port: 0, logLevel: 'warn', options: {} },
    () => undefined,
  );
  try {
    const pids = childrenOf(process.pid).filter((pid) => !before.has(pid));
    const empty = await measure('no collection', pids);
    await createCollection(cluster.address);
    return [empty, await measure('one collection, 4 shards', pids)];
  } finally {
    await cluster.stop();
  }
}

async function measure(what: string, pids: readonly number[]): Promise<Measurement> {
  await realClock.sleep(settleMs);
  // The supervisor is part of the cluster: it runs in this process.
  const all = [...pids, process.pid];
  const startedMs = realClock.monotonic();
  const before = cpuSecondsOf(all);
  await realClock.sleep(idleMs);
  const percent = ((cpuSecondsOf(all) - before) / (realClock.monotonic() - startedMs)) * 1000 * 100;
  return {
    stage: 'idle',
    what: `local cluster, ${what}: ${percent.toFixed(1)} % of one core`,
    unit: 'seconds',
    peakRssBytes: pids.reduce((sum, pid) => sum + peakRssOfProcess(pid), 0),
    goals: [{ text: `≤ ${percentMax} %`, reached: percent <= percentMax }],
  };
}

async function createCollection(address: string): Promise<void> {
  const client = connect(milvus.MilvusServiceService, address);
  try {
    const definition = schema.CollectionSchema.fromPartial({
      name: 'idle',
      fields: [
        { name: 'id', isPrimaryKey: true, dataType: schema.DataType.Int64 },
        {
          name: 'vector',
          dataType: schema.DataType.FloatVector,
          typeParams: [{ key: 'dim', value: '128' }],
        },
      ],
    });
    const encoded = Buffer.from(schema.CollectionSchema.encode(definition).finish());
    checked(await client.call.createCollection({ collectionName: 'idle', schema: encoded, shardsNum: 4 }));
  } finally {
    client.close();
  }
}
