import { minOf, type Timestamp, type UniqueID } from '@millrace/core';

/** Up to where a proxy has published everything. Source: `internal.ChannelTimeTickMsg`. */
export interface ProxyReport {
  /** Channels that hold messages in flight. */
  readonly channels: ReadonlyMap<string, Timestamp>;
  /** Of every other channel. */
  readonly defaultTimestamp: Timestamp;
}

/** A DDL message on its way: no tick reaches its timestamp before it is released. */
export interface DdlHold {
  /** Notes the timestamp, which must have been allocated after the hold was taken, and returns it. */
  stamp(timestamp: Timestamp): Timestamp;
  release(): void;
}

/**
 * Knows which tick may be published next. The law: a tick T promises that no message with a timestamp <= T follows it in its channel.
 * Writers are the proxies, each of which reports its own promise, and the DDL of this process, which takes holds.
 */
export class TickLedger {
  private readonly reports = new Map<UniqueID, ProxyReport>();
  private readonly holds = new Set<{ timestamp: Timestamp | undefined }>();
  private readonly published = new Map<string, Timestamp>();
  private readonly onProgress: () => void;

  /** @param onProgress called whenever a tick may be published that could not before */
  constructor(onProgress: () => void = () => {}) {
    this.onProgress = onProgress;
  }

  /** An older report that arrives late is ignored. */
  report(proxyID: UniqueID, report: ProxyReport): void {
    const before = this.reports.get(proxyID);
    if (before !== undefined && before.defaultTimestamp > report.defaultTimestamp) return;
    this.reports.set(proxyID, report);
    this.onProgress();
  }

  /** Forgets proxies that are no longer registered: they must report anew. */
  keepOnly(proxies: ReadonlySet<UniqueID>): void {
    for (const proxyID of this.reports.keys()) if (!proxies.has(proxyID)) this.reports.delete(proxyID);
  }

  hold(): DdlHold {
    const entry: { timestamp: Timestamp | undefined } = { timestamp: undefined };
    this.holds.add(entry);
    return {
      stamp(timestamp) {
        entry.timestamp = timestamp;
        return timestamp;
      },
      release: () => {
        this.holds.delete(entry);
        this.onProgress();
      },
    };
  }

  /**
   * The tick each channel may get now; a channel that cannot move is left out. `fresh` is a timestamp just allocated: the answer when no
   * proxy is registered, since whoever registers later gets only later ones.
   */
  next(
    channels: Iterable<string>,
    proxies: ReadonlySet<UniqueID>,
    fresh: Timestamp,
  ): ReadonlyMap<string, Timestamp> {
    const ticks = new Map<string, Timestamp>();
    const reports = [...proxies].map((proxyID) => this.reports.get(proxyID));
    if (reports.includes(undefined)) return ticks;
    let ceiling = fresh;
    for (const hold of this.holds) {
      // Its timestamp may lie anywhere behind the last tick.
      if (hold.timestamp === undefined) return ticks;
      ceiling = minOf(ceiling, hold.timestamp - 1n);
    }
    for (const channel of channels) {
      let tick = ceiling;
      for (const report of reports) {
        if (report !== undefined) tick = minOf(tick, report.channels.get(channel) ?? report.defaultTimestamp);
      }
      if (tick > this.publishedIn(channel)) ticks.set(channel, tick);
    }
    return ticks;
  }

  /** Notes a tick that is in the stream: none at or below it follows. */
  notePublished(channel: string, tick: Timestamp): void {
    this.published.set(channel, tick);
  }

  /** The last tick of a channel, 0 before the first. */
  publishedIn(channel: string): Timestamp {
    return this.published.get(channel) ?? 0n;
  }

  /** Proxies that are registered and have not reported. */
  silent(proxies: ReadonlySet<UniqueID>): UniqueID[] {
    return [...proxies].filter((proxyID) => !this.reports.has(proxyID));
  }
}
