import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type RunningEngine, stopProcess } from './launch.ts';

/** What `up` left running, remembered in a file of the cache directory. */
export interface KeptEngines {
  readonly directory: string;
  readonly engines: readonly RunningEngine[];
}

export async function readKept(file: string): Promise<KeptEngines | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseKept(text);
}

export async function writeKept(file: string, kept: KeptEngines): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(kept, undefined, 2));
}

/** Whether the process with this id is still the engine: ids are reused, but its command line names the data directory. */
export async function isStillRunning(kept: KeptEngines, engine: RunningEngine): Promise<boolean> {
  const commandLine = await readFile(`/proc/${engine.pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.includes(kept.directory);
}

/** Stops the engines and removes their data and the note about them. */
export async function stopKept(file: string, kept: KeptEngines): Promise<void> {
  for (const engine of kept.engines) {
    if (await isStillRunning(kept, engine)) await stopProcess(engine.pid);
  }
  await rm(kept.directory, { recursive: true, force: true });
  await rm(file, { force: true });
}

function parseKept(text: string): KeptEngines | undefined {
  const value: unknown = JSON.parse(text);
  return isKept(value) ? value : undefined;
}

function isKept(value: unknown): value is KeptEngines {
  if (typeof value !== 'object' || value === null || !('directory' in value) || !('engines' in value))
    return false;
  return (
    typeof value.directory === 'string' &&
    Array.isArray(value.engines) &&
    value.engines.every(isRunningEngine)
  );
}

function isRunningEngine(value: unknown): value is RunningEngine {
  if (typeof value !== 'object' || value === null) return false;
  if (!('name' in value && 'variable' in value && 'address' in value && 'pid' in value)) return false;
  const { name, variable, address, pid } = value;
  return [name, variable, address].every((part) => typeof part === 'string') && Number.isInteger(pid);
}
