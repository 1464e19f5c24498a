import { type Clock, isKind, type Logger, Unavailable } from '@millrace/core';
import { etcd } from '@millrace/proto';
import type { CallOptions } from '@millrace/runtime';
import type { LeaseID } from '../../meta-store.ts';
import type { EtcdConnection, EtcdEndpoints } from './endpoints.ts';
import { errorFromEtcd } from './errors.ts';

/** Pause before another try when a renewal failed. */
const retryMs = 200;

export interface LeaseTerm {
  readonly id: LeaseID;
  readonly ttlMs: number;
  /** On the monotonic clock, just before the request that granted the lease was sent. */
  readonly grantedAt: number;
}

/** Renews until the signal aborts. Resolves true when the lease is gone, or its time passed without a renewal. */
export async function keepLease(
  { clock, log, endpoints }: { clock: Clock; log: Logger; endpoints: EtcdEndpoints },
  { id, ttlMs, grantedAt }: LeaseTerm,
  signal: AbortSignal,
): Promise<boolean> {
  let goodUntil = grantedAt + ttlMs;
  let pauseMs = ttlMs / 3;
  while (await clock.sleep(Math.min(pauseMs, goodUntil - clock.monotonic()), signal)) {
    const sentAt = clock.monotonic();
    if (sentAt >= goodUntil) return true;
    const deadlineMs = Math.min(ttlMs / 3, goodUntil - sentAt);
    try {
      const settings = { deadlineMs, repeatable: true, signal };
      const leftMs = await endpoints.call(settings, (connection, options) =>
        renewOnce(clock, connection, id, options),
      );
      if (signal.aborted) return false;
      if (leftMs <= 0) return true;
      // Counted from before the request, the server's own count ends later than ours.
      goodUntil = sentAt + leftMs;
      pauseMs = leftMs / 3;
    } catch (error) {
      if (signal.aborted) return false;
      if (!isKind(error, 'unavailable')) log.warn({ lease: id, error }, 'lease renewal refused');
      else log.info({ lease: id, error }, 'lease renewal failed');
      pauseMs = retryMs;
    }
  }
  return false;
}

/** Milliseconds the lease has now; 0 when it has ended. One request on a stream of its own: renewals are seconds apart. */
async function renewOnce(
  clock: Clock,
  connection: EtcdConnection,
  id: LeaseID,
  { deadlineMs, signal }: Required<CallOptions>,
): Promise<number> {
  const stream = connection.openKeepAlive();
  const answered = new AbortController();
  const cancel = () => stream.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await new Promise<number>((resolve, reject) => {
      stream.on('data', (answer: etcd.LeaseKeepAliveResponse) => resolve(Number(answer.TTL) * 1000));
      // Registered until the stream is collected: our own cancel below arrives as an error too.
      stream.on('error', (error) => reject(errorFromEtcd(error)));
      stream.on('end', () => reject(errorFromEtcd(new Error('the keep-alive stream ended'))));
      void clock.sleep(deadlineMs, answered.signal).then((late) => {
        if (late) reject(new Unavailable(`etcd at ${connection.address}: no answer to a lease renewal`));
      });
      stream.write(etcd.LeaseKeepAliveRequest.fromPartial({ ID: id }));
    });
  } finally {
    answered.abort();
    signal.removeEventListener('abort', cancel);
    stream.cancel();
  }
}
