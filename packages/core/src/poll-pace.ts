/** A look that found something is followed by another this soon; each that found nothing doubles the pause … */
const firstMs = 4;
/** … up to this. */
const maxMs = 100;
/** Where notices come, looking is a safety net: a notice that is lost costs at most this much. */
const noticedMs = 1_000;

/**
 * How often to look for what a notice should tell. Notices are trusted once one has come, until a look finds what none has told: not every
 * file system gives them.
 */
export class PollPace {
  private pauseMs = firstMs;
  private trusted = false;

  /** Whether notices are trusted now: whoever looks for another reason anyway, at least once a second, need not poll. */
  get trusts(): boolean {
    return this.trusted;
  }

  /** The pause before the next look. */
  next(): number {
    if (this.trusted) return noticedMs;
    const pauseMs = this.pauseMs;
    this.pauseMs = Math.min(pauseMs * 2, maxMs);
    return pauseMs;
  }

  /** A notice came. */
  noticed(): void {
    this.trusted = true;
  }

  /** A look found something that no notice had told. */
  missed(): void {
    this.trusted = false;
    this.pauseMs = firstMs;
  }
}
