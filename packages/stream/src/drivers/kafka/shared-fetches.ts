import { SharedFetch, type SharedFetchComponents } from './shared-fetch.ts';
import type { SharedPlace, TopicEnd } from './shared-place.ts';

/** How long all go on alone after a failure, whose cause has to show itself to those it concerns. */
const pauseMs = 1000;

/** The shared fetches of a process: one for each broker that leads topics. */
export class SharedFetches {
  private readonly components: SharedFetchComponents;
  private readonly brokers: readonly string[];
  private readonly fetches = new Map<number, SharedFetch>();
  private readonly running = new Set<Promise<void>>();
  private pausedUntil = Number.NEGATIVE_INFINITY;
  private readonly closing = new AbortController();

  constructor(components: SharedFetchComponents, brokers: readonly string[]) {
    this.components = components;
    this.brokers = brokers;
  }

  /** A place among the topics of this leader, at the end of its topic; undefined when the reader has to go on alone. */
  async join(leader: number, end: TopicEnd): Promise<SharedPlace | undefined> {
    if (this.closing.signal.aborted || this.components.clock.monotonic() < this.pausedUntil) return undefined;
    return (this.fetches.get(leader) ?? this.start(leader)).join(end);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all([...this.fetches.values()].map((fetch) => fetch.stop()));
    await Promise.all(this.running);
  }

  private start(leader: number): SharedFetch {
    const fetch = new SharedFetch(this.components, leader, this.brokers);
    this.fetches.set(leader, fetch);
    const run = this.runOne(leader, fetch).finally(() => this.running.delete(run));
    this.running.add(run);
    return fetch;
  }

  private async runOne(leader: number, fetch: SharedFetch): Promise<void> {
    const orderly = await fetch.run();
    this.fetches.delete(leader);
    if (!orderly) this.pausedUntil = this.components.clock.monotonic() + pauseMs;
  }
}
