import type { UniqueID } from '@millrace/core';
import type { KeyValue, MetaKeys, MetaStore } from '@millrace/metastore';
import { data } from '@millrace/proto';

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

/**
 * Answers an assignment in place. The new key, or undefined when somebody changed it since (then nothing was written).
 * Source: spec datanode-and-formats §2.3.
 */
export async function answer(
  store: MetaStore,
  watched: WatchKey,
  change: Partial<Pick<data.ChannelWatchInfo, 'state' | 'progress'>>,
): Promise<WatchKey | undefined> {
  const info = { ...watched.info, ...change };
  const { succeeded } = await store.transact({
    compares: [{ key: watched.key, version: watched.version }],
    writes: [{ put: watched.key, value: data.ChannelWatchInfo.encode(info).finish() }],
  });
  return succeeded ? { ...watched, info, version: watched.version + 1n } : undefined;
}
