import { type Clock, isKind, type Logger, type Service, type Timestamp, type UniqueID } from '@millrace/core';
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

/** Between two warnings about proxies that hold the ticks back. */
const warnIntervalMs = 10_000;

/** Publishes time ticks to every DML channel in use. Source: spec datanode-and-formats §5.5. */
export class TickLoop implements Service {
  readonly name = 'time-ticks';
  private readonly components: TickLoopComponents;
  private readonly intervalMs: number;
  private warnedAt = Number.NEGATIVE_INFINITY;

  constructor(components: TickLoopComponents, intervalMs: number) {
    this.components = components;
    this.intervalMs = intervalMs;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.components;
    while (await clock.sleep(this.intervalMs, signal)) {
      try {
        await this.round();
      } catch (error) {
        if (isKind(error, 'fenced')) throw error;
        log.warn({ error }, 'no time ticks this round');
      }
    }
  }

  /**
   * One round. The order is the safety argument: first a fresh timestamp, which bounds every tick; then the list of proxies. So a proxy
   * that is not on the list registered later, and gets only timestamps behind these ticks.
   */
  async round(): Promise<void> {
    const { ledger, stream, serverID, log } = this.components;
    const fresh = await this.components.allocTimestamp();
    const proxies = await this.components.listProxies();
    ledger.keepOnly(proxies);
    const ticks = ledger.next(this.components.channels(), proxies, fresh);
    this.warnOfSilence(proxies);
    await Promise.all(
      [...ticks].map(async ([channel, tick]) => {
        try {
          await stream.publish(channel, [timeTickMessage(tick, serverID)]);
          ledger.notePublished(channel, tick);
        } catch (error) {
          log.warn({ channel, tick, error }, 'time tick not published');
        }
      }),
    );
  }

  private warnOfSilence(proxies: ReadonlySet<UniqueID>): void {
    const { clock, ledger, log } = this.components;
    const silent = ledger.silent(proxies);
    if (silent.length === 0 || clock.monotonic() - this.warnedAt < warnIntervalMs) return;
    this.warnedAt = clock.monotonic();
    log.warn({ proxies: silent }, 'time ticks wait for proxies that have not reported');
  }
}
