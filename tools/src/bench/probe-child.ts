import { performance } from 'node:perf_hooks';
import type { Run } from './measurement.ts';
import type { ProbeAnswer, ProbeRequest, Usage } from './probe.ts';

export interface Done {
  readonly units: number;
  readonly extra: Readonly<Record<string, number>>;
}

export interface Prepared {
  /** Said to the starter, such as a port. */
  readonly greeting?: string;
  /** Does the work once and returns how many units that was, and what else it measured. */
  run?(argument: string): Promise<Done | number> | Done | number;
  /** Removes what a run left; not measured. */
  clean?(): Promise<void>;
  stop?(): Promise<void> | void;
}

/** The child's side of a probe: prepares, then measures a run each time it is asked, until its starter lets go of it. */
export async function serveProbe(prepare: (args: readonly string[]) => Promise<Prepared>): Promise<void> {
  const prepared = await prepare(process.argv.slice(2));
  process.on('message', (request: ProbeRequest) => {
    void obey(prepared, request)
      .catch(
        (error: unknown): ProbeAnswer => ({
          failed: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
      )
      .then(answer);
  });
  process.once('disconnect', () => {
    void Promise.resolve(prepared.stop?.()).then(() => process.exit(0));
  });
  answer({ ready: prepared.greeting ?? '' });
}

function answer(message: ProbeAnswer): void {
  process.send?.(message);
}

async function obey(prepared: Prepared, request: ProbeRequest): Promise<ProbeAnswer> {
  switch (request.ask) {
    case 'usage':
      return { usage: usage() };
    case 'run':
      return { run: await measured(prepared, request.argument) };
  }
}

async function measured(prepared: Prepared, argument: string): Promise<Run> {
  if (prepared.run === undefined) throw new Error('this probe only tells its usage');
  const before = usage();
  const startedMs = performance.now();
  const done = await prepared.run(argument);
  const { units, extra } = typeof done === 'number' ? { units: done, extra: {} } : done;
  const seconds = (performance.now() - startedMs) / 1000;
  const after = usage();
  await prepared.clean?.();
  return {
    units,
    seconds,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    peakRssBytes: after.peakRssBytes,
    extra,
  };
}

/** Of the whole process: worker threads and libuv's pool included. */
function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, peakRssBytes: process.resourceUsage().maxRSS * 1024 };
}
