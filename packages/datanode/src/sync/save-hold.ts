import type { KeyedSerial, UniqueID } from '@millrace/core';

/** How a hold ends: its saves go on, or are left out, now and later: a new owner replays them from the log. */
export type HoldEnd = 'go' | 'abandon';

/** Segments whose saves wait, because their metadata may be swapped for another segment's at any moment. */
export class SaveHold {
  private readonly segmentIDs: readonly UniqueID[];
  private readonly holds: Map<UniqueID, SaveHold>;
  private readonly outcome = Promise.withResolvers<HoldEnd>();
  private end: HoldEnd | undefined;

  constructor(segmentIDs: readonly UniqueID[], holds: Map<UniqueID, SaveHold>) {
    this.segmentIDs = segmentIDs;
    this.holds = holds;
  }

  /** Resolves once the saves of every segment that were under way are over: those behind them wait. */
  async begin(saves: KeyedSerial<UniqueID>): Promise<void> {
    await Promise.all(
      this.segmentIDs.map((segmentID) =>
        saves.run(segmentID, async () => {
          if (this.end === undefined) this.holds.set(segmentID, this);
        }),
      ),
    );
  }

  /** Ends it, once. */
  release(end: HoldEnd): void {
    if (this.end !== undefined) return;
    this.end = end;
    for (const segmentID of this.segmentIDs) {
      // What is abandoned stays so: a save that comes later would be as lost as those before it.
      if (end === 'go' && this.holds.get(segmentID) === this) this.holds.delete(segmentID);
      if (end === 'abandon') this.holds.set(segmentID, this);
    }
    this.outcome.resolve(end);
  }

  /** What becomes of a save that waits. */
  ended(): Promise<HoldEnd> {
    return this.outcome.promise;
  }
}
