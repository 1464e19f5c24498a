/** Turns many small requests for consecutive numbers into few calls: while one is under way the next ones gather. */
export class Batched {
  private waiting: {
    readonly count: number;
    readonly resolve: (first: bigint) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  private running: Promise<void> | undefined;
  private readonly fetch: (count: number) => Promise<bigint>;

  /** @param fetch Returns the first of `count` consecutive numbers. */
  constructor(fetch: (count: number) => Promise<bigint>) {
    this.fetch = fetch;
  }

  /** The first of `count` consecutive numbers that nobody else gets. */
  take(count: number): Promise<bigint> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ count, resolve, reject });
      this.running ??= this.drain();
    });
  }

  private async drain(): Promise<void> {
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0);
      try {
        let next = await this.fetch(group.reduce((sum, { count }) => sum + count, 0));
        for (const { count, resolve } of group) {
          resolve(next);
          next += BigInt(count);
        }
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.running = undefined;
  }
}
