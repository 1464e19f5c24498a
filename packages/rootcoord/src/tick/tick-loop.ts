import {
  type Clock,
  isKind,
  type Logger,
  type Service,
  type Timestamp,
  type UniqueID,
  Wakeup,
} from '@millrace/core';
import type { MessageStream } from '@millrace/stream';
import { timeTickMessage } from '../ddl/messages.ts';
import type { TickLedger } from './tick-ledger.ts';

export interface TickLoopComponents {
  readonly clock: Clock;
  readonly log: Logger;
  readonly stream: MessageStream;
  readonly ledger: TickLedger;
  readonly allocTimestamp: () => Promise<Timestamp>;
  /** Linearizable: a proxy that registers after the call began may be missing, one that registered before may not. */
  readonly listProxies: () => Promise<ReadonlySet<UniqueID>>;
  /** The physical channels that carry a collection. */
  readonly channels: () => Iterable<string>;
  readonly serverID: UniqueID;
}

/** How long a round that nothing has asked for is put off: the one that sees a proxy go. */
const quietIntervalMs = 3_000;
/** Between two warnings about proxies that hold the ticks back. */
const warnIntervalMs = 10_000;

/**
 * Publishes time ticks to every DML channel in use: as soon as a proxy has reported, at most once per interval. Source: spec
 * datanode-and-formats §5.5.
 */
export class TickLoop implements Service {
  readonly name = 'time-ticks';
  private readonly components: TickLoopComponents;
  private readonly intervalMs: number;
  private readonly progress: Wakeup;
  /** Every tick has been published that the reports allow: only another one allows more. */
  private waitsForReport = false;
  private warnedAt = Number.NEGATIVE_INFINITY;

  constructor(components: TickLoopComponents, intervalMs: number) {
    this.components = components;
    this.intervalMs = intervalMs;
    this.progress = new Wakeup(components.clock);
  }

  /** A tick may have become possible. */
  wake(): void {
    this.progress.wake();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { log } = this.components;
    while (await this.pause(signal)) {
      try {
        await this.round();
      } catch (error) {
        if (isKind(error, 'fenced')) throw error;
        log.warn({ error }, 'no time ticks this round');
      }
    }
  }

  /** False once the signal aborts. */
  private async pause(signal: AbortSignal): Promise<boolean> {
    if (!(await this.components.clock.sleep(this.intervalMs, signal))) return false;
    const quietMs = Math.max(0, quietIntervalMs - this.intervalMs);
    return !this.waitsForReport || this.progress.wait(quietMs, signal);
  }

  /**
   * One round. The order is the safety argument: first a fresh timestamp, which bounds every tick; then the list of proxies. So a proxy
   * that is not on the list registered later, and gets only timestamps behind these ticks.
   */
  async round(): Promise<void> {
    const { ledger, stream, serverID, log } = this.components;
    this.waitsForReport = false;
    const fresh = await this.components.allocTimestamp();
    const proxies = await this.components.listProxies();
    ledger.keepOnly(proxies);
    const ticks = ledger.next(this.components.channels(), proxies, fresh);
    this.warnOfSilence(proxies);
    const published = await Promise.all(
      [...ticks].map(async ([channel, tick]) => {
        try {
          await stream.publish(channel, [timeTickMessage(tick, serverID)]);
          ledger.notePublished(channel, tick);
          return true;
        } catch (error) {
          log.warn({ channel, tick, error }, 'time tick not published');
          return false;
        }
      }),
    );
    this.waitsForReport = proxies.size > 0 && !published.includes(false);
  }

  private warnOfSilence(proxies: ReadonlySet<UniqueID>): void {
    const { clock, ledger, log } = this.components;
    const silent = ledger.silent(proxies);
    if (silent.length === 0 || clock.monotonic() - this.warnedAt < warnIntervalMs) return;
    this.warnedAt = clock.monotonic();
    log.warn({ proxies: silent }, 'time ticks wait for proxies that have not reported');
  }
}
