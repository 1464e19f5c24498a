import { readdir, readFile } from 'node:fs/promises';
import { EngineError } from '../engines/engine.ts';

/** Linux counts processor time in hundredths of a second. */
const msPerTick = 10;

/** Processor time that a process group has used so far. Process ids are those of this namespace. */
export async function processorMs(group: number | undefined): Promise<number> {
  let ticks = 0;
  let members = 0;
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    // One that ended meanwhile has no file any more.
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    // The name in parentheses may hold spaces; numbers follow it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [groupOf, user, system] = [fields[2], fields[11], fields[12]];
    if (Number(groupOf) !== group) continue;
    members++;
    ticks += Number(user) + Number(system);
  }
  if (members === 0) throw new EngineError(`no process is left of group ${group}`);
  return ticks * msPerTick;
}
