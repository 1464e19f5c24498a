/** Time, as the world gives it. Only the runtime has the real one; the simulator has a virtual one. */
export interface Clock {
  /** Unix milliseconds. May jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes back. For durations and deadlines. */
  monotonic(): number;
  /** Resolves true after `ms`, false as soon as the signal aborts. Never rejects. 0 lets everything else that waits have its turn. */
  sleep(ms: number, signal?: AbortSignal): Promise<boolean>;
}
