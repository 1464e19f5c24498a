import { type Clock, type Random, retry, type UniqueID } from '@millrace/core';
import type { KeyValue, MetaKeys, MetaStore } from '@millrace/metastore';
import { data } from '@millrace/proto';

export interface AnswerWorld {
  readonly store: MetaStore;
  readonly clock: Clock;
  readonly random: Random;
}

/** One assignment as it stands in the metastore: the bytes' meaning, and the version that a swap must find. */
export interface WatchKey {
  readonly vchannel: string;
  readonly key: string;
  readonly version: bigint;
  readonly info: data.ChannelWatchInfo;
}

/** The assignment in a key of this node; undefined for another key. */
export function watchKeyOf(keys: MetaKeys, nodeID: UniqueID, kv: KeyValue): WatchKey | undefined {
  const parsed = keys.parse(kv.key);
  if (parsed?.kind !== 'channelWatch' || parsed.nodeID !== nodeID) return undefined;
  return {
    vchannel: parsed.vchannel,
    key: kv.key,
    version: kv.version,
    info: data.ChannelWatchInfo.decode(kv.value),
  };
}

/** Tries of an answer that the store did not take, and the pauses between them. */
const attempts = { firstMs: 100, maxMs: 2_000, attempts: 5 };

/**
 * Answers an assignment in place. The new key, or undefined when somebody changed it since (then nothing was written). A write whose reply was
 * lost is recognised by its bytes when it is tried again. Source: spec datanode-and-formats §2.3.
 */
export async function answer(
  { store, clock, random }: AnswerWorld,
  watched: WatchKey,
  change: Partial<Pick<data.ChannelWatchInfo, 'state' | 'progress'>>,
  signal: AbortSignal,
): Promise<WatchKey | undefined> {
  const info = { ...watched.info, ...change };
  const value = data.ChannelWatchInfo.encode(info).finish();
  const { key, version } = watched;
  const after = { ...watched, info, version: version + 1n };
  return retry({ clock, random }, attempts, signal, async (number) => {
    const { succeeded } = await store.transact({
      compares: [{ key, version }],
      writes: [{ put: key, value }],
    });
    if (succeeded) return after;
    const present = number === 1 ? undefined : await store.get(key);
    const isOurs = present?.version === after.version && Buffer.compare(present.value, value) === 0;
    return isOurs ? after : undefined;
  });
}
