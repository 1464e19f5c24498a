import type { Service } from './service.ts';

/** Runs services until the signal aborts. When one ends early or fails, the others are stopped, and its error is thrown. */
export async function runTogether(services: readonly Service[], signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const together = AbortSignal.any([signal, stop.signal]);
  const ends = await Promise.allSettled(
    services.map((service) => service.run(together).finally(() => stop.abort())),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
