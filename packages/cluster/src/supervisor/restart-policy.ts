/** Delays before a role that ended by itself is started again. */
export interface RestartLimits {
  readonly firstMs: number;
  readonly maxMs: number;
  /** A role that ran this long starts over with the first delay. */
  readonly settledMs: number;
}

export const defaultRestartLimits: RestartLimits = { firstMs: 100, maxMs: 5_000, settledMs: 10_000 };

/** The delay before start number `failures` + 1, for a role that has just ended after running `ranMs`. */
export function restartDelay(
  failures: number,
  ranMs: number,
  limits: RestartLimits = defaultRestartLimits,
): { readonly delayMs: number; readonly failures: number } {
  const counted = ranMs >= limits.settledMs ? 1 : failures + 1;
  return { delayMs: Math.min(limits.maxMs, limits.firstMs * 2 ** (counted - 1)), failures: counted };
}
