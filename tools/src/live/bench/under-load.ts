import { closedLoop, type Loop } from '../../bench/load/closed-loop.ts';
import { EngineError } from '../../engines/engine.ts';
import type { Stage } from '../pieces.ts';
import { processorMs } from '../processor-time.ts';
import { record } from './figures.ts';
import type { Side } from './sides.ts';

const durationMs = 4_000;
const warmUpMs = 1_500;

/** What is measured of a call under load, and what ours is to reach. */
export interface LoadTitle {
  readonly what: string;
  readonly rateGoal?: string;
  readonly p99Goal?: string;
}

/** Measures calls to a side's DataCoord behind a warm-up: how many it answers, how late, and what it uses for each. */
export async function underLoad(
  { cluster, report, run }: Stage,
  side: Side,
  { what, rateGoal = '', p99Goal = '' }: LoadTitle,
  loop: Omit<Loop, 'durationMs'>,
): Promise<void> {
  await closedLoop({ ...loop, durationMs: warmUpMs });
  const group = cluster.process(side.datacoord).pid;
  const before = await processorMs(group);
  const { calls, seconds, p50Ms, p99Ms } = await report.step(`${side.name}: ${what}`, () =>
    closedLoop({ ...loop, durationMs }),
  );
  if (calls === 0) throw new EngineError(`${what}: no call was answered`);
  const micros = (((await processorMs(group)) - before) * 1000) / calls;
  const { name } = side;
  const of = { side: name, unit: 'ms', better: 'less' } as const;
  await record(run.directory, {
    ...of,
    what,
    unit: '/s',
    better: 'more',
    value: calls / seconds,
    goal: rateGoal,
  });
  await record(run.directory, { ...of, what: `${what}, p50`, value: p50Ms });
  await record(run.directory, { ...of, what: `${what}, p99`, value: p99Ms, goal: p99Goal });
  await record(run.directory, { ...of, what: `${what}, CPU`, unit: 'µs', value: micros });
}
