import { join } from 'node:path';
import { type LocalCluster, startLocalCluster } from '@millrace/cluster';
import { milvus, schema } from '@millrace/proto';
import { checked, connect, realClock } from '@millrace/runtime';
import { type Measurement, median } from '../measurement.ts';
import { cpuSecondsOf, peakRssOfProcess } from './processes.ts';

/** Behind the last call a cluster stays at the pace of one that is used for some seconds. */
const settleMs = 10_000;
const windowMs = 10_000;
const windows = 3;
const percentMax = 3;
const roles = ['rootcoord', 'datacoord', 'datanode-1', 'datanode-2', 'proxy'] as const;

/** What a local cluster burns while nobody asks it for anything: without a collection, and with one of four shards. */
export async function idle(directory: string): Promise<readonly Measurement[]> {
  const cluster = await startLocalCluster(
    { directory: join(directory, 'cluster'), dataNodes: 2, port: 0, logLevel: 'warn', options: {} },
    () => undefined,
  );
  try {
    const empty = await measure('no collection', cluster);
    await createCollection(cluster.address);
    return [...empty, ...(await measure('one collection, 4 shards', cluster))];
  } finally {
    await cluster.stop();
  }
}

async function measure(what: string, { supervisor }: LocalCluster): Promise<readonly Measurement[]> {
  const processes: { readonly name: string; readonly pid: number }[] = roles.flatMap((name) => {
    const pid = supervisor.get(name)?.pid;
    return pid === undefined ? [] : [{ name, pid }];
  });
  // It runs in this process.
  processes.push({ name: 'supervisor', pid: process.pid });
  await realClock.sleep(settleMs);
  const seen: (readonly number[])[] = [];
  for (let window = 0; window < windows; window++)
    seen.push(await percentsOf(processes.map(({ pid }) => pid)));
  const total = median(seen.map((percents) => percents.reduce((sum, percent) => sum + percent, 0)));
  const detail = processes
    .map(({ name }, at) => `${name} ${median(seen.map((percents) => percents[at] ?? 0)).toFixed(1)}`)
    .join(', ');
  return [
    {
      stage: 'idle',
      what: `cluster with ${what}: ${total.toFixed(1)} % of one core`,
      unit: 'seconds',
      peakRssBytes: processes.reduce((sum, { pid }) => sum + peakRssOfProcess(pid), 0),
      goals: [{ text: `≤ ${percentMax} %`, reached: total <= percentMax }],
    },
    { stage: '', what: `  ${detail}`, unit: 'seconds', goals: [] },
  ];
}

/** Of one core, each process, in one window. */
async function percentsOf(pids: readonly number[]): Promise<readonly number[]> {
  const startedMs = realClock.monotonic();
  const before = pids.map((pid) => cpuSecondsOf([pid]));
  await realClock.sleep(windowMs);
  const seconds = (realClock.monotonic() - startedMs) / 1000;
  return pids.map((pid, at) => ((cpuSecondsOf([pid]) - (before[at] ?? 0)) / seconds) * 100);
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
