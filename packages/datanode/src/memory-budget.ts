/**
 * Bytes that all channels of a node hold together: buffered rows and deletes, and encoded files not yet stored. Taking never fails: what
 * was read must be kept. Who reads asks first and waits until there is room (law: bounded everything).
 */
export class MemoryBudget {
  readonly bytesMax: number;
  readonly highMark: number;
  private readonly syncBytesMax: number;
  private held = 0;
  private syncing = 0;
  private peak = 0;
  private readonly waiters = new Set<() => void>();

  /**
   * @param highShare share of `bytesMax` above which nothing more is read
   * @param syncBytesMax bytes of syncs under way above which nothing more is read: more of them in parallel store nothing faster
   */
  constructor(bytesMax: number, highShare: number, syncBytesMax: number) {
    this.bytesMax = bytesMax;
    this.highMark = Math.floor(bytesMax * highShare);
    this.syncBytesMax = syncBytesMax;
  }

  get bytes(): number {
    return this.held;
  }

  /** The most that was ever held. */
  get peakBytes(): number {
    return this.peak;
  }

  /** So much is held that buffers should be written. */
  get isHigh(): boolean {
    return this.held >= this.highMark;
  }

  /** Whether more may be read: less is held, and less on its way into the store, than either limit. */
  get hasRoom(): boolean {
    return !this.isHigh && this.syncing < this.syncBytesMax;
  }

  /** So much more is held, whether there is room or not. */
  take(bytes: number): void {
    this.held += bytes;
    this.peak = Math.max(this.peak, this.held);
  }

  /** So much is held no more. Whoever took it gives it back, once. */
  give(bytes: number): void {
    this.held -= bytes;
    this.wake();
  }

  /** Of what is held, so much more (less, where negative) is on its way into the store. */
  sync(bytes: number): void {
    this.syncing += bytes;
    this.wake();
  }

  private wake(): void {
    if (!this.hasRoom) return;
    const woken = [...this.waiters];
    this.waiters.clear();
    for (const wake of woken) wake();
  }

  /** True once there is room, false as soon as the signal aborts. */
  async whenRoom(signal: AbortSignal): Promise<boolean> {
    while (!this.hasRoom && !signal.aborted) {
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
