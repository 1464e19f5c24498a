import { readdirSync, readFileSync } from 'node:fs';

/** Of Linux, wherever Node runs. */
const ticksPerSecond = 100;

export interface ProcessUsage {
  readonly parent: number;
  readonly cpuSeconds: number;
}

/** Undefined for a process that is gone. Source: proc(5), /proc/pid/stat. */
export function usageOf(pid: number): ProcessUsage | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name in parentheses may hold anything; the fields behind it count from the third.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  return { parent: field(4), cpuSeconds: (field(14) + field(15)) / ticksPerSecond };
}

/** The most memory it had resident, bytes; 0 for a process that is gone. */
export function peakRssOfProcess(pid: number): number {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? '');
  return Number(line?.[1] ?? 0) * 1024;
}

export function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => usageOf(child)?.parent === pid);
}

export function cpuSecondsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (usageOf(pid)?.cpuSeconds ?? 0), 0);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
