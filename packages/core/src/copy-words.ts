/**
 * Copies `source` between `from` and `until` to `at` and returns where the copy ends. Eight bytes at a time, the last ones too, because a call
 * of `set` for a few bytes takes longer than they: up to seven bytes behind the end of either side are read or overwritten.
 */
export function copyWords(
  target: DataView,
  at: number,
  source: DataView,
  from: number,
  until: number,
): number {
  const shift = at - from;
  for (; from < until; from += 8) target.setBigInt64(from + shift, source.getBigInt64(from, true), true);
  return until + shift;
}

/** What `copyWords` may touch behind the end of either side. */
export const wordsAhead = 8;
