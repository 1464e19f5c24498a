import {
  type Clock,
  composeTimestamp,
  Invalid,
  isKind,
  type Logger,
  logicalMax,
  type Service,
  type Timestamp,
} from '@millrace/core';
import type { SavedHorizon } from './saved-horizon.ts';

export interface OracleState {
  readonly physicalMs: number;
  /** The next logical number of that millisecond. */
  readonly logical: number;
}

/** A block of `count` timestamps that lie behind every earlier one, as near to `nowMs` as that allows. Pure. */
export function nextBlock(
  state: OracleState,
  count: number,
  nowMs: number,
): { readonly first: Timestamp; readonly physicalMs: number; readonly state: OracleState } {
  const behind = nowMs > state.physicalMs ? { physicalMs: nowMs, logical: 0 } : state;
  // A clock that stands still or went back: the logical part counts on, and carries into the next millisecond.
  const fits = behind.logical + count <= logicalMax + 1;
  const { physicalMs, logical } = fits ? behind : { physicalMs: behind.physicalMs + 1, logical: 0 };
  return {
    first: composeTimestamp(physicalMs, logical),
    physicalMs,
    state: { physicalMs, logical: logical + count },
  };
}

/**
 * Timestamps that only grow: over restarts, and over jumps of the clock. Memory speed: a horizon is saved `aheadMs` before it is reached.
 */
export class TimestampOracle implements Service {
  readonly name = 'timestamp-oracle';
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly horizon: SavedHorizon;
  private readonly aheadMs: number;
  private state: OracleState = { physicalMs: 0, logical: 0 };

  constructor(clock: Clock, log: Logger, horizon: SavedHorizon, aheadMs: number) {
    this.clock = clock;
    this.log = log;
    this.horizon = horizon;
    this.aheadMs = aheadMs;
  }

  /** Must resolve before the first allocation. */
  async open(): Promise<void> {
    const firstMs = Math.max(await this.horizon.open(), Math.trunc(this.clock.now()));
    this.state = { physicalMs: firstMs, logical: 0 };
    await this.horizon.raise(firstMs + this.aheadMs);
  }

  /** The first of `count` timestamps, 1 to 2^18. Waits for the meta store only when the horizon is reached. */
  async alloc(count = 1): Promise<Timestamp> {
    if (!Number.isInteger(count) || count < 1 || count > logicalMax + 1)
      throw new Invalid(`cannot allocate ${count} timestamps: ask for 1 to ${logicalMax + 1}`);
    for (;;) {
      const block = nextBlock(this.state, count, Math.trunc(this.clock.now()));
      if (block.physicalMs < this.horizon.ms) {
        this.state = block.state;
        return block.first;
      }
      await this.horizon.raise(block.physicalMs + this.aheadMs);
    }
  }

  /** Keeps the horizon ahead of the clock, so that allocations do not wait. Rejects with Fenced when another allocator took over. */
  async run(signal: AbortSignal): Promise<void> {
    while (await this.clock.sleep(Math.max(this.aheadMs / 6, this.spareMs()), signal)) {
      if (this.spareMs() > 0) continue;
      const physicalMs = this.physicalMs();
      try {
        await this.horizon.raise(physicalMs + this.aheadMs);
      } catch (error) {
        if (isKind(error, 'fenced')) throw error;
        this.log.warn({ error }, 'timestamps are not reserved ahead');
      }
    }
  }

  private physicalMs(): number {
    return Math.max(this.state.physicalMs, Math.trunc(this.clock.now()));
  }

  /** Until the horizon is too near. */
  private spareMs(): number {
    return this.horizon.ms - this.physicalMs() - this.aheadMs / 2;
  }
}
