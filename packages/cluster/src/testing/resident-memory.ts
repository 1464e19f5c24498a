import { readFileSync } from 'node:fs';
import type { Clock } from '@millrace/core';

/** Bytes of a process of this machine that are in memory now; undefined once it is gone. Linux only. */
export function residentBytes(pid: number): number | undefined {
  try {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}

const sampleMs = 100;

/** The most that the process has in memory at any sample until the signal aborts. */
export async function peakResidentBytes(clock: Clock, pid: number, signal: AbortSignal): Promise<number> {
  let peak = 0;
  do peak = Math.max(peak, residentBytes(pid) ?? 0);
  while (await clock.sleep(sampleMs, signal));
  return peak;
}
