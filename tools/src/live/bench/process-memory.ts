import { readdir, readFile } from 'node:fs/promises';

/** Memory of a process group: what is resident now, and the most that each of its processes ever had. */
export async function processMemory(
  group: number | undefined,
): Promise<{ readonly residentBytes: number; readonly peakBytes: number }> {
  let residentBytes = 0;
  let peakBytes = 0;
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    // The name in parentheses may hold spaces; the third field behind it is the group.
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]) !== group) continue;
    const status = await readFile(`/proc/${entry}/status`, 'utf8').catch(() => '');
    residentBytes += kibibytes(status, 'VmRSS') * 1024;
    peakBytes += kibibytes(status, 'VmHWM') * 1024;
  }
  return { residentBytes, peakBytes };
}

function kibibytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
}
