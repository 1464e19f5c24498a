/**
 * Bytes that all channels of a node hold together: buffered rows and deletes, and encoded files not yet stored. Taking never fails: what
 * was read must be kept. Who reads asks `isHigh` first and waits below the mark (law: bounded everything).
 */
export class MemoryBudget {
  readonly bytesMax: number;
  readonly highMark: number;
  private held = 0;
  private peak = 0;
  private readonly waiters = new Set<() => void>();

  /** @param highShare share of `bytesMax` above which nothing more is read */
  constructor(bytesMax: number, highShare: number) {
    this.bytesMax = bytesMax;
    this.highMark = Math.floor(bytesMax * highShare);
  }

  get bytes(): number {
    return this.held;
  }

  /** The most that was ever held. */
  get peakBytes(): number {
    return this.peak;
  }

  get isHigh(): boolean {
    return this.held >= this.highMark;
  }

  take(bytes: number): void {
    this.held += bytes;
    this.peak = Math.max(this.peak, this.held);
  }

  give(bytes: number): void {
    this.held -= bytes;
    if (this.isHigh) return;
    const woken = [...this.waiters];
    this.waiters.clear();
    for (const wake of woken) wake();
  }

  /** True once the budget is below its mark, false as soon as the signal aborts. */
  async whenLow(signal: AbortSignal): Promise<boolean> {
    while (this.isHigh && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.waiters.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.waiters.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    }
    return !signal.aborted;
  }
}
