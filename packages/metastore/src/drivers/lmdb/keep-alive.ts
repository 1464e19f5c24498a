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
  /** Aborted here, once the lease has ended or was not renewed for its time. */
  readonly lost: AbortController;
}

/** Renews a lease three times within its time, until the signal aborts or it is lost. */
export async function keepAlive(
  { clock, log }: KeepAliveComponents,
  { id, ttlMs, renew, lost }: KeptLease,
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
  let renewedMs = clock.monotonic();
  while (await clock.sleep(ttlMs / 3, signal)) {
    const startedMs = clock.monotonic();
    // A process that hangs with lmdb's write lock in its hands must not keep us from learning that our time is over. Until it lets go
    // nobody can end the lease either.
    const answered = new AbortController();
    const late = clock.sleep(ttlMs, AbortSignal.any([signal, answered.signal])).then(() => 'late');
    const outcome = await Promise.race([attempt(), late]);
    answered.abort();
    if (signal.aborted) return;
    if (outcome === 'renewed') renewedMs = startedMs;
    else if (outcome !== 'failed' || clock.monotonic() - renewedMs >= ttlMs) return lost.abort();
  }
}
