import { Internal } from './errors.ts';
import type { Service } from './service.ts';

/**
 * Runs services until the signal aborts. When one fails, the others are stopped, and its error is thrown.
 * @throws Internal where one ends although nobody stopped it: without it the others would serve on by halves
 */
export async function runTogether(services: readonly Service[], signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const together = AbortSignal.any([signal, stop.signal]);
  let endedFirst: string | undefined;
  const ends = await Promise.allSettled(
    services.map(async (service) => {
      try {
        await service.run(together);
        if (!together.aborted) endedFirst = service.name;
      } finally {
        stop.abort();
      }
    }),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  if (endedFirst !== undefined)
    throw new Internal(`${endedFirst} ended by itself: a service runs until it is stopped`);
}
