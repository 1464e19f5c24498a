import { type Clock, Unavailable } from '@millrace/core';

export interface WaitLimits {
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs: number;
}

/** Holds callers back until there is something to call. Each waits until its own signal or deadline, no longer. */
export class ConnectionGate<Connection> {
  private readonly clock: Clock;
  private readonly role: string;
  private connection: Connection | undefined;
  private readonly waiters = new Set<() => void>();

  constructor(role: string, clock: Clock) {
    this.role = role;
    this.clock = clock;
  }

  get isOpen(): boolean {
    return this.connection !== undefined;
  }

  /** Lets everybody through, now and later. A second call replaces what they get. */
  open(connection: Connection): void {
    this.connection = connection;
    for (const wake of [...this.waiters]) wake();
  }

  /** The connection, as soon as there is one. Unavailable when the signal or the deadline comes first. */
  async wait(limits: WaitLimits): Promise<Connection> {
    if (this.connection !== undefined) return this.connection;
    const done = new AbortController();
    const stopped = limits.signal === undefined ? done.signal : AbortSignal.any([done.signal, limits.signal]);
    const opened = new Promise<void>((resolve) => {
      this.waiters.add(resolve);
      done.signal.addEventListener('abort', () => this.waiters.delete(resolve), { once: true });
    });
    await Promise.race([opened, this.clock.sleep(limits.deadlineMs, stopped)]);
    done.abort();
    if (this.connection !== undefined) return this.connection;
    throw new Unavailable(
      limits.signal?.aborted === true
        ? `stopped while waiting for the connection to ${this.role}`
        : `no connection to ${this.role} within ${limits.deadlineMs} ms: start one, or wait longer`,
    );
  }
}
