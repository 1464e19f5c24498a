import { Unavailable } from '@millrace/core';
import { realClock } from '@millrace/runtime';
import { restartDelay } from './restart-policy.ts';
import { type RoleProcess, startRole } from './role-process.ts';
import type { RoleSpec } from './topology.ts';

export type SupervisorEvent =
  | { readonly type: 'line'; readonly name: string; readonly line: string }
  | { readonly type: 'ready'; readonly name: string; readonly port: number; readonly serverID: string }
  | { readonly type: 'ended'; readonly name: string; readonly how: string; readonly restartMs: number }
  | { readonly type: 'stopped'; readonly name: string };

interface Running {
  readonly spec: RoleSpec;
  process: RoleProcess;
  port: number;
}

/** A role that is not ready this long after its start has failed to start. */
const readyMsMax = 30_000;
const stopGraceMs = 8_000;

/** Keeps the processes of a cluster running: starts them in order, each when the one before is ready, restarts what ends, stops in reverse. */
export class Supervisor {
  private readonly running: Running[] = [];
  private readonly stopping = new AbortController();
  private readonly specs: readonly RoleSpec[];
  private readonly tell: (event: SupervisorEvent) => void;

  constructor(specs: readonly RoleSpec[], tell: (event: SupervisorEvent) => void) {
    this.specs = specs;
    this.tell = tell;
  }

  /** Resolves when every role is ready. Rejects, with everything stopped again, when one does not come up. */
  async start(): Promise<void> {
    try {
      for (const spec of this.specs) {
        const started = startRole(spec, (line) => this.tell({ type: 'line', name: spec.name, line }));
        const entry = { spec, process: started, port: 0 };
        this.running.push(entry);
        await this.untilReady(entry);
        void this.keep(entry);
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Port a role serves on, and the process it is now. */
  get(name: string): { readonly port: number; readonly pid: number | undefined } | undefined {
    const entry = this.running.find(({ spec }) => spec.name === name);
    return entry === undefined ? undefined : { port: entry.port, pid: entry.process.pid };
  }

  /** Stops the roles one after the other, the last started first. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const { spec, process } of this.running.splice(0).reverse()) {
      await process.stop(stopGraceMs);
      this.tell({ type: 'stopped', name: spec.name });
    }
  }

  private async untilReady(entry: Running): Promise<void> {
    const timeout = new AbortController();
    const late = realClock.sleep(readyMsMax, timeout.signal).then((slept) => {
      if (slept)
        throw new Unavailable(`${entry.spec.name} was not ready within ${readyMsMax / 1000} s: see its log`);
      return new Promise<never>(() => {});
    });
    try {
      const { port, serverID } = await Promise.race([entry.process.ready, late]);
      entry.port = port;
      this.tell({ type: 'ready', name: entry.spec.name, port, serverID });
    } finally {
      timeout.abort();
    }
  }

  /** A role that ends by itself is started again, on the port it had, ever later while it keeps ending. */
  private async keep(entry: Running): Promise<void> {
    let failures = 0;
    for (;;) {
      const startedMs = realClock.monotonic();
      const { code, signal } = await entry.process.exited;
      if (this.stopping.signal.aborted) return;
      const next = restartDelay(failures, realClock.monotonic() - startedMs);
      failures = next.failures;
      this.tell({
        type: 'ended',
        name: entry.spec.name,
        how: signal ?? `exit code ${code}`,
        restartMs: next.delayMs,
      });
      if (!(await realClock.sleep(next.delayMs, this.stopping.signal))) return;
      entry.process = startRole(withPort(entry), (line) =>
        this.tell({ type: 'line', name: entry.spec.name, line }),
      );
      await this.untilReady(entry).catch(() => entry.process.stop(0));
    }
  }
}

/** Clients know the proxy's port: it stays what it was. */
function withPort({ spec, port }: Running): RoleSpec {
  return spec.role !== 'proxy' ? spec : { ...spec, options: { ...spec.options, 'proxy.port': String(port) } };
}
