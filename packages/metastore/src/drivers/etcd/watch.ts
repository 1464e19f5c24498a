import { backoffMs, type Clock, isKind, isTransient, type Logger, type Random } from '@millrace/core';
import { etcd } from '@millrace/proto';
import type { BidiStream } from '@millrace/runtime';
import type { RangeOptions, RangePage, Revision, WatchBatch, WatchEvent } from '../../meta-store.ts';
import type { EtcdConnection, EtcdEndpoints } from './endpoints.ts';
import { errorFromEtcd } from './errors.ts';
import { prefixRange } from './key-range.ts';
import { WatchReader } from './watch-reader.ts';

/** Keys on a page of a snapshot. */
const snapshotPage = 1000;
/** Within which a server must confirm a watch. */
const openDeadlineMs = 10_000;
const reconnecting = { firstMs: 100, maxMs: 5_000, attempts: Number.POSITIVE_INFINITY };

export interface WatchWorld {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly endpoints: EtcdEndpoints;
  readonly range: (options: RangeOptions, signal: AbortSignal) => Promise<RangePage>;
}

/** The present state of the prefix, then every change: over any number of streams, until the signal aborts. */
export async function* watchPrefix(
  world: WatchWorld,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<WatchBatch, undefined> {
  /** Everything up to here has been delivered; undefined when a snapshot is due. */
  let delivered: Revision | undefined;
  for (let attempt = 1; !signal.aborted; attempt++) {
    let connection: EtcdConnection | undefined;
    try {
      if (delivered === undefined) {
        const batch = await snapshot(world, prefix, signal);
        yield batch;
        delivered = batch.revision;
      }
      connection = world.endpoints.current();
      for await (const change of changes(world, connection.openWatch(), prefix, delivered, signal)) {
        if (change === 'opened') {
          attempt = 1;
          continue;
        }
        if (change === 'gap') {
          delivered = undefined;
          break;
        }
        yield change;
        delivered = change.revision;
      }
      if (delivered === undefined) world.log.info({ prefix }, 'watch missed history');
    } catch (failure) {
      if (signal.aborted) return undefined;
      const error = errorFromEtcd(failure);
      // Compacted between two pages of a snapshot: the next one begins anew.
      if (!isTransient(error) && !isKind(error, 'conflict')) throw error;
      if (connection !== undefined) world.endpoints.failed(connection, error);
      if (attempt === 1) world.log.warn({ prefix, error }, 'watch interrupted');
      else world.log.debug({ prefix, error, attempt }, 'watch not resumed yet');
    }
    await world.clock.sleep(backoffMs(attempt, reconnecting, world.random), signal);
  }
  return undefined;
}

async function snapshot(
  { range }: Pick<WatchWorld, 'range'>,
  prefix: string,
  signal: AbortSignal,
): Promise<WatchBatch> {
  const events: WatchEvent[] = [];
  let options: RangeOptions = { prefix, limit: snapshotPage };
  for (;;) {
    const { kvs, revision, more, lastKey } = await range(options, signal);
    for (const kv of kvs) events.push({ type: 'put', kv, previous: undefined });
    if (!more || lastKey === undefined) return { events, revision, snapshot: true };
    options = { ...options, after: lastKey, revision };
  }
}

/** What one stream tells: that it is open, whole transactions, and at its end perhaps that history is missing. */
async function* changes(
  { clock }: Pick<WatchWorld, 'clock'>,
  stream: BidiStream<etcd.WatchService['watch']>,
  prefix: string,
  delivered: Revision,
  signal: AbortSignal,
): AsyncGenerator<'opened' | 'gap' | WatchBatch, undefined> {
  const opened = new AbortController();
  const cancel = () => stream.cancel();
  // The iteration reports errors; one after its end, such as that of our cancel, has nobody else to hear it.
  stream.on('error', () => {});
  signal.addEventListener('abort', cancel, { once: true });
  void clock.sleep(openDeadlineMs, opened.signal).then((late) => late && stream.cancel());
  try {
    if (signal.aborted) return undefined;
    stream.write(createRequest(prefix, delivered + 1n));
    const reader = new WatchReader(delivered);
    for await (const response of stream) {
      if (signal.aborted) return undefined;
      opened.abort();
      const told = reader.take(response);
      if (told === undefined) continue;
      yield told;
      if (told === 'gap') return undefined;
    }
    return undefined;
  } finally {
    opened.abort();
    signal.removeEventListener('abort', cancel);
    stream.cancel();
  }
}

function createRequest(prefix: string, startRevision: Revision): etcd.WatchRequest {
  const value = { ...prefixRange(prefix), startRevision, prevKv: true, fragment: true };
  return etcd.WatchRequest.fromPartial({
    requestUnion: { $case: 'createRequest', value: etcd.WatchCreateRequest.fromPartial(value) },
  });
}
