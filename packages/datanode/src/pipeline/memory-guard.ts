import type { MemoryBudget } from '../memory-budget.ts';
import { bytesOf, type SyncDecision, type SyncView, segmentsToRelieve } from '../sync/policy.ts';

export interface RelievedChannel {
  views(): readonly SyncView[];
  syncNow(decisions: readonly SyncDecision[]): void;
}

/** Share of the high mark that may stay buffered when the mark is reached: the rest is written. */
const keptShare = 0.5;

/** Keeps all channels of a node within one budget: above its mark nobody reads on, and the largest segments are written. */
export class MemoryGuard {
  private readonly budget: MemoryBudget;
  private readonly channels = new Set<RelievedChannel>();

  constructor(budget: MemoryBudget) {
    this.budget = budget;
  }

  add(channel: RelievedChannel): void {
    this.channels.add(channel);
  }

  remove(channel: RelievedChannel): void {
    this.channels.delete(channel);
  }

  /** Resolves once there is room to read the next pack, or the signal aborts. */
  async admit(signal: AbortSignal): Promise<void> {
    if (this.budget.isHigh) this.relieve();
    await this.budget.whenRoom(signal);
  }

  private relieve(): void {
    const views = [...this.channels].flatMap((channel) =>
      channel.views().map((view) => ({ ...view, channel })),
    );
    const buffered = views.reduce((sum, view) => sum + bytesOf(view), 0);
    for (const { channel, segmentID } of segmentsToRelieve(
      views,
      buffered - keptShare * this.budget.highMark,
    ))
      channel.syncNow([{ segmentID, reason: 'memory', flushed: false, dropped: false }]);
  }
}
