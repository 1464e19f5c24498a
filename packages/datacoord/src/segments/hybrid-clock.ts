import {
  addMs,
  type Clock,
  composeTimestamp,
  type Logger,
  logicalPart,
  maxOf,
  physicalMs,
  type Timestamp,
} from '@millrace/core';
import { common, type rootcoord } from '@millrace/proto';
import { type ClientOf, checked } from '@millrace/runtime';

/** A sample of RootCoord's clock is renewed in the background when it is older than this and somebody asks. */
const sampleMsMax = 1_000;

/**
 * RootCoord's hybrid time without a call for each question: one sample, carried on by the local monotonic clock. Good for expiries, which
 * writers check against their own timestamps; never for ordering rows.
 */
export class HybridClock {
  private sample: { readonly timestamp: Timestamp; readonly atMs: number } | undefined;
  /** The time so many milliseconds behind the sample: every allocation asks. */
  private carried: { readonly ms: number; readonly timestamp: Timestamp } | undefined;
  private refreshing: Promise<void> | undefined;
  private readonly clock: Clock;
  private readonly rootCoord: ClientOf<typeof rootcoord.RootCoordService>;
  private readonly log: Logger;

  constructor(clock: Clock, rootCoord: ClientOf<typeof rootcoord.RootCoordService>, log: Logger) {
    this.clock = clock;
    this.rootCoord = rootCoord;
    this.log = log;
  }

  /** The time now, or undefined before the first sample: `await first()` then. */
  now(): Timestamp | undefined {
    if (this.sample === undefined) return undefined;
    const elapsed = this.clock.monotonic() - this.sample.atMs;
    if (elapsed > sampleMsMax)
      this.refresh().catch((error) => this.log.debug({ error }, 'time sample failed'));
    const ms = Math.trunc(elapsed);
    if (this.carried?.ms !== ms) this.carried = { ms, timestamp: addMs(this.sample.timestamp, ms) };
    return this.carried.timestamp;
  }

  async first(): Promise<Timestamp> {
    const known = this.now();
    if (known !== undefined) return known;
    await this.refresh();
    return this.now() ?? composeTimestamp(this.clock.now());
  }

  /** A timestamp of RootCoord's own. */
  async exact(): Promise<Timestamp> {
    const answer = checked(
      await this.rootCoord.allocTimestamp({
        base: common.MsgBase.fromPartial({ msgType: common.MsgType.RequestTSO }),
        count: 1,
      }),
    );
    this.observe(answer.timestamp);
    return answer.timestamp;
  }

  /** Time never goes back: a later timestamp seen anywhere moves the clock forward. */
  private observe(timestamp: Timestamp): void {
    const atMs = this.clock.monotonic();
    const carried =
      this.sample === undefined ? timestamp : addMs(this.sample.timestamp, atMs - this.sample.atMs);
    const latest = maxOf(timestamp, carried);
    this.carried = undefined;
    this.sample = { timestamp: composeTimestamp(physicalMs(latest), logicalPart(latest)), atMs };
  }

  private refresh(): Promise<void> {
    this.refreshing ??= this.exact()
      .then(() => undefined)
      .finally(() => {
        this.refreshing = undefined;
      });
    return this.refreshing;
  }
}
