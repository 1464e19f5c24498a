import { setTimeout as sleep } from 'node:timers/promises';
import type { Conversation } from '../conversation.ts';
import type { Piece, Stage } from '../pieces.ts';
import { processorMs } from '../processor-time.ts';
import { record } from './figures.ts';
import { inTurn } from './in-turn.ts';
import type { Side } from './sides.ts';

const collectionCount = 200;
/** Compilers and collectors of a new process are done, and so are watches. */
const settleMs = 40_000;
const watchedMs = 30_000;
const flushes = 5;

/** Many collections that nobody writes to, and how long a flush of one takes a pymilvus user. */
export const idle: Piece = (stage) =>
  inTurn(
    stage,
    {
      peers: ['rootcoord', 'others', 'querynode', 'proxy'],
      roles: ({ datacoord, datanode }) => [datacoord, datanode],
    },
    async (side, user) => {
      // The second side finds those of the first.
      await user.ask('create', { name: 'idle', shards: 1, count: collectionCount }, 600_000);
      await watch(stage, side);
      await flushLatency(stage, side, user);
    },
  );

/** What "idle" is can only be seen by letting time pass. */
async function watch({ cluster, report, run }: Stage, side: Side): Promise<void> {
  await sleep(settleMs);
  const roles = [
    { role: 'DataCoord', name: side.datacoord, goal: '≤ 1 %' },
    { role: 'DataNode', name: side.datanode, goal: '≤ 4 %' },
  ];
  const before = await Promise.all(roles.map(({ name }) => processorMs(cluster.process(name).pid)));
  await report.step(`${side.name}: idle`, () => sleep(watchedMs));
  for (const [at, { role, name, goal }] of roles.entries()) {
    const used = (await processorMs(cluster.process(name).pid)) - (before[at] ?? 0);
    const what = `${role} idle with ${collectionCount} collections`;
    const value = (100 * used) / watchedMs;
    await record(run.directory, { what, unit: '%', better: 'less', side: side.name, value, goal });
  }
}

async function flushLatency({ run }: Stage, side: Side, user: Conversation): Promise<void> {
  await user.ask('flush_latency', { name: 'idle_0', rounds: 1 });
  const { seconds } = await user.ask('flush_latency', { name: 'idle_0', rounds: flushes });
  const sorted = Array.isArray(seconds) ? seconds.map(Number).toSorted((a, b) => a - b) : [];
  await record(run.directory, {
    what: 'flush of 1,000 rows as pymilvus sees it',
    unit: 's',
    better: 'less',
    side: side.name,
    value: sorted[sorted.length >>> 1],
  });
}
