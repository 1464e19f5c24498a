import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { realClock } from '@millrace/runtime';

/** Of Linux, wherever Node runs. */
const ticksPerSecond = 100;

export const machine = (): string =>
  `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), Node ${process.version}`;

/** Tells, when asked later, how many cores work other than this process and its ended children took since. Rates suffer from it. */
export function watchNeighbours(): () => number {
  const startedMs = realClock.monotonic();
  const before = othersSeconds();
  return () => Math.max(0, ((othersSeconds() - before) / (realClock.monotonic() - startedMs)) * 1000);
}

/** CPU seconds of the whole machine since its start, less those of this process and of the children it outlived. */
function othersSeconds(): number {
  const [, user, nice, system, , , irq, softirq] =
    readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.split(/\s+/) ?? [];
  const busy = [user, nice, system, irq, softirq].reduce((sum, ticks) => sum + Number(ticks), 0);
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // Fields 14 to 17 of proc(5): own and waited-for children's user and system time; the slice begins at the third.
  const own = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15);
  return (busy - own.reduce((sum, ticks) => sum + Number(ticks), 0)) / ticksPerSecond;
}
