import { minOf, type Timestamp } from '@millrace/core';

/** A write between the moment before its timestamp is allocated and the moment its messages are in the log. */
export interface Write {
  /** Sets the timestamp that its messages carry. */
  stamp(timestamp: Timestamp): void;
  end(): void;
}

interface Entry {
  readonly channels: readonly string[];
  /** Its timestamp, or one that is certainly smaller. */
  bound: Timestamp;
}

export interface TickReport {
  readonly channels: ReadonlyMap<string, Timestamp>;
  readonly defaultTimestamp: Timestamp;
}

/**
 * The writes in flight, and what may be promised of them: after a report of T for a channel, no message with a timestamp at or below T is
 * published to it. Source: spec live-cluster §f.
 */
export class InFlightWrites {
  private readonly entries = new Set<Entry>();
  /** Allocated before every write that begins now: such a write's own timestamp is greater. */
  private floor: Timestamp = 0n;

  /** Call before the timestamp is asked for: what is allocated later is greater than what was reported before. */
  begin(channels: readonly string[]): Write {
    const entry: Entry = { channels, bound: this.floor };
    this.entries.add(entry);
    return {
      stamp(timestamp) {
        entry.bound = timestamp - 1n;
      },
      end: () => {
        this.entries.delete(entry);
      },
    };
  }

  /** What can be promised now. `fresh` was allocated just before this call. */
  report(fresh: Timestamp): TickReport {
    const channels = new Map<string, Timestamp>();
    for (const { channels: names, bound } of this.entries) {
      const promised = minOf(bound, fresh);
      for (const name of names) channels.set(name, minOf(channels.get(name) ?? promised, promised));
    }
    this.floor = fresh > this.floor ? fresh : this.floor;
    return { channels, defaultTimestamp: fresh };
  }
}
