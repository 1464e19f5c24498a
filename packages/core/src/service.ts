/** A loop with one owner and one way to stop: resolves once the signal aborts and it has cleaned up, rejects on a fault. */
export interface Service {
  /** For log lines. */
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}
