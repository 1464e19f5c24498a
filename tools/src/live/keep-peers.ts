import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../engines/engine.ts';
import type { LiveCluster, ProcessName } from './live-cluster.ts';
import type { Report } from './report.ts';
import { peers } from './write-path.ts';

const intervalMs = 500;

/** Starts the original's roles again when they end by themselves, which they do when a fault costs them their lease. Ours must not. */
export class KeepPeers {
  private readonly cluster: LiveCluster;
  private readonly report: Report;
  private readonly stopping = new AbortController();
  private readonly loop: Promise<void>;
  private failure: unknown;

  constructor(cluster: LiveCluster, report: Report) {
    this.cluster = cluster;
    this.report = report;
    this.loop = this.run(this.stopping.signal);
  }

  /** Fails when one of ours has ended, or a peer cannot be started again. */
  check(): void {
    if (this.failure !== undefined) throw this.failure;
    const ours = this.cluster.endedByThemselves().filter((name) => !peers.includes(name));
    if (ours.length > 0) throw new EngineError(`${ours.join(', ')} ended by itself`);
  }

  async end(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const ended = this.cluster.endedByThemselves().filter((name) => peers.includes(name));
      for (const name of ended) await this.again(name);
      await sleep(intervalMs, undefined, { signal }).catch(() => {});
    }
  }

  private async again(name: ProcessName): Promise<void> {
    this.report.say(`${name} ended by itself and is started again`);
    try {
      await this.cluster.start(name);
    } catch (error) {
      this.failure ??= error;
    }
  }
}
