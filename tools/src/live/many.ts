import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../engines/engine.ts';
import { Conversation } from './conversation.ts';
import type { ProcessName } from './live-cluster.ts';
import type { Piece, Stage } from './pieces.ts';
import { processorMs } from './processor-time.ts';
import { peers, writePath } from './write-path.ts';

/** Outcome 5: 200 collections on 16 topics, some of which come and go; afterwards nothing goes on. */
export const many: Piece = async (stage) => {
  const { cluster, report } = stage;
  await report.step('all roles have sessions', () => cluster.start(...peers, ...writePath.both));
  const user = new Conversation(stage, 'many.py');
  try {
    await user.ask('connect');
    await user.ask('create', {}, 600_000);
    await user.ask('insert_round', { first: 1 }, 600_000);
    await user.ask('churn', {}, 600_000);
    await user.ask('flush', {}, 900_000);
    await user.ask('count', {}, 600_000);
    await user.ask('load_some', {}, 600_000);
    cluster.checkAllRun();
    await staysIdle(stage);
    await user.ask('drop', {}, 600_000);
    cluster.checkAllRun();
  } finally {
    user.end();
  }
};

const settleMs = 15_000;
const watchedMs = 30_000;

/**
 * Shares of a core that idle processes may use: about twice what was measured while the machine was busy with other things (2.9 % and 3.3 %).
 * The original's use 10 % and 56 % on a quiet one.
 */
const idleShare: readonly (readonly [ProcessName, number])[] = [
  ['our-datacoord', 0.06],
  ['our-datanode-1', 0.07],
  ['our-datanode-2', 0.07],
];
/** RootCoord's and QueryCoord's clocks and sessions write by themselves; 200 channels that wrote would be far above. */
const idleRevisions = 200n;

/** What "idle" is can only be seen by letting time pass. */
async function staysIdle({ cluster, report }: Stage): Promise<void> {
  await sleep(settleMs);
  const before = await Promise.all(idleShare.map(([name]) => processorMs(cluster.process(name).pid)));
  const { revision: first } = await cluster.store.range({ prefix: cluster.metaRoot, limit: 1 });
  await sleep(watchedMs);
  const { revision: last } = await cluster.store.range({ prefix: cluster.metaRoot, limit: 1 });
  const busy: string[] = [];
  for (const [at, [name, allowed]] of idleShare.entries()) {
    const used = (await processorMs(cluster.process(name).pid)) - (before[at] ?? 0);
    const share = used / watchedMs;
    report.say(`  ${name} idle: ${(share * 100).toFixed(1)} % of a core`);
    if (share > allowed)
      busy.push(`${name} uses ${(share * 100).toFixed(1)} % of a core while nothing is asked of it`);
  }
  report.say(`  ${last - first} writes to etcd in ${watchedMs / 1000} s`);
  if (last - first > idleRevisions)
    busy.push(`${last - first} writes to etcd while nothing is asked of anyone`);
  if (busy.length > 0) throw new EngineError(busy.join('; '));
}
