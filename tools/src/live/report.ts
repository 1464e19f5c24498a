/** One line per step, with the seconds since the run began. */
export class Report {
  private readonly title: string;
  private readonly startMs = performance.now();

  constructor(title: string) {
    this.title = title;
  }

  say(line: string): void {
    const seconds = ((performance.now() - this.startMs) / 1000).toFixed(1).padStart(6);
    process.stdout.write(`${seconds}s ${this.title}: ${line}\n`);
  }

  /** Does a step and tells how long it took. */
  async step<T>(what: string, work: () => Promise<T>): Promise<T> {
    const startMs = performance.now();
    const result = await work();
    this.say(`${what} (${((performance.now() - startMs) / 1000).toFixed(1)} s)`);
    return result;
  }
}
