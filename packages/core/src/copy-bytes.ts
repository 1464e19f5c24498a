/** Below it a loop costs less than the call. */
const callPaysFrom = 64;

/**
 * Copies `from[start, end)` to `to[at, …)`. Not `to.set(from.subarray(…))`: between shared memory and other memory the engine copies that in
 * single words, in single bytes where they lie differently, at a fifth of the speed; and it makes a view for it.
 */
export function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start >= callPaysFrom) Buffer.prototype.copy.call(from, to, at, start, end);
  else for (let i = start; i < end; i++) to[at + i - start] = from[i] ?? 0;
}
