/** A progress bar on a terminal; elsewhere one line when it is done. */
export class Progress {
  private readonly title: string;
  private readonly total: number;
  private readonly unit: string;
  private readonly out: NodeJS.WriteStream;
  private shown = '';

  constructor(title: string, total: number, unit: string, out: NodeJS.WriteStream = process.stdout) {
    this.title = title;
    this.total = total;
    this.unit = unit;
    this.out = out;
  }

  update(done: number): void {
    if (!this.out.isTTY) return;
    const share = this.total === 0 ? 1 : Math.min(1, done / this.total);
    const width = 30;
    const bar = '█'.repeat(Math.round(share * width)).padEnd(width, '░');
    const text = `${this.title.padEnd(22)} ${bar} ${done}/${this.total} ${this.unit}`;
    if (text === this.shown) return;
    this.shown = text;
    this.out.write(`\r\x1b[K${text}`);
  }

  /** Ends the line with what came of it. */
  done(result: string): void {
    this.out.write(`${this.out.isTTY ? '\r\x1b[K' : ''}${this.title.padEnd(22)} ${result}\n`);
  }
}
