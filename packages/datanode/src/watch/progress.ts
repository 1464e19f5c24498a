import type { MetaStore } from '@millrace/metastore';
import type { NodeWorld } from '../node-world.ts';
import { answer, type WatchKey } from './watch-key.ts';

export interface ProgressResult<T> {
  readonly result: PromiseSettledResult<T>;
  /** The key as it was last written; undefined when somebody else changed it and the work is void. */
  readonly latest: WatchKey | undefined;
}

/**
 * Runs a recovery and writes its progress into the assignment while it goes on, so that DataCoord keeps waiting. When the key was changed by
 * somebody else the work is stopped. Source: spec datanode-and-formats §2.3.
 */
export async function withProgress<T>(
  { clock, random, settings, log }: Pick<NodeWorld, 'clock' | 'random' | 'settings' | 'log'>,
  store: MetaStore,
  watched: WatchKey,
  signal: AbortSignal,
  work: (onProgress: () => void, signal: AbortSignal) => Promise<T>,
): Promise<ProgressResult<T>> {
  const done = new AbortController();
  const lost = new AbortController();
  let latest: WatchKey | undefined = watched;
  let progress = 0;
  const tickle = async () => {
    while (await clock.sleep(settings.ticklerIntervalMs, done.signal)) {
      if (latest === undefined || progress === latest.info.progress) continue;
      try {
        latest = await answer({ store, clock, random }, latest, { progress }, signal);
        if (latest === undefined) lost.abort();
      } catch (error) {
        log.warn({ vchannel: watched.vchannel, error }, 'progress of the watch not written');
      }
    }
  };
  const ticking = tickle();
  const stopped = AbortSignal.any([signal, lost.signal]);
  const [result] = await Promise.allSettled([work(() => progress++, stopped)]);
  done.abort();
  await ticking;
  return { result, latest };
}
