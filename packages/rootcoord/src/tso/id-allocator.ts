import { type Clock, composeTimestamp, Invalid, physicalMs, type UniqueID } from '@millrace/core';
import type { SavedHorizon } from './saved-horizon.ts';

/** Most ids of one call: `count` is a uint32 on the wire. */
const countMax = 0xffff_ffff;

/**
 * Unique ids, counted up from (start ms << 18): collections, partitions, segments, rows and logs share them.
 * Source: spec datanode-and-formats §9.1.
 */
export class IdAllocator {
  private readonly clock: Clock;
  private readonly horizon: SavedHorizon;
  private readonly aheadMs: number;
  private next: UniqueID = 0n;

  constructor(clock: Clock, horizon: SavedHorizon, aheadMs: number) {
    this.clock = clock;
    this.horizon = horizon;
    this.aheadMs = aheadMs;
  }

  /** Must resolve before the first allocation. */
  async open(): Promise<void> {
    const firstMs = Math.max(await this.horizon.open(), Math.trunc(this.clock.now()));
    this.next = composeTimestamp(firstMs);
    await this.horizon.raise(firstMs + this.aheadMs);
  }

  /** The first of `count` consecutive ids. Waits for the meta store only when the reserved ones (some 800 million) run out. */
  async alloc(count: number): Promise<UniqueID> {
    if (!Number.isInteger(count) || count < 1 || count > countMax)
      throw new Invalid(`cannot allocate ${count} ids: ask for 1 to ${countMax}`);
    for (;;) {
      const first = this.next;
      const last = first + BigInt(count) - 1n;
      if (physicalMs(last) < this.horizon.ms) {
        this.next = last + 1n;
        return first;
      }
      await this.horizon.raise(physicalMs(last) + this.aheadMs);
    }
  }
}
