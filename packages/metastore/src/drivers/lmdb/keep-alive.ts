import type { Clock, Logger } from '@millrace/core';
import type { LeaseID } from '../../meta-store.ts';

export interface KeepAliveComponents {
  readonly clock: Clock;
  readonly log: Logger;
}

export interface KeptLease {
  readonly id: LeaseID;
  readonly ttlMs: number;
  /** False when the lease has ended. */
  readonly renew: () => Promise<boolean>;
  /** Whether nobody has begun to end the lease: it is good for its time from now on, renewed or not. */
  readonly isSafe: () => boolean;
  /** Aborted here, once the lease has ended, or was neither renewed nor safe for its time. */
  readonly lost: AbortController;
}

/** Renews a lease three times within its time, until the signal aborts or it is lost. */
export async function keepAlive(
  { clock, log }: KeepAliveComponents,
  { id, ttlMs, renew, isSafe, lost }: KeptLease,
  signal: AbortSignal,
): Promise<void> {
  const attempt = () =>
    renew().then(
      (renewed) => (renewed ? 'renewed' : 'ended'),
      (error: unknown) => {
        if (!signal.aborted) log.warn({ error, lease: id }, 'lease not renewed');
        return 'failed';
      },
    );
  let goodMs = clock.monotonic();
  while (await clock.sleep(ttlMs / 3, signal)) {
    const startedMs = clock.monotonic();
    // A process that hangs with lmdb's write lock in its hands must not keep us from learning that our time is over. Until it lets go
    // nobody can end the lease either.
    const answered = new AbortController();
    const late = clock.sleep(ttlMs, AbortSignal.any([signal, answered.signal])).then(() => 'late');
    const outcome = await Promise.race([attempt(), late]);
    answered.abort();
    if (signal.aborted) return;
    const readMs = clock.monotonic();
    if (outcome === 'renewed') goodMs = startedMs;
    // A full disk takes no renewal, and no end of a lease either.
    else if (outcome === 'failed' && isSafe()) goodMs = readMs;
    else if (outcome !== 'failed' || readMs - goodMs >= ttlMs) return lost.abort();
  }
}
