import type { Pace } from '@millrace/core';
import type { MetaKeys, MetaStore } from '@millrace/metastore';
import { internal } from '@millrace/proto';
import type { Meta } from '../meta/meta.ts';
import { loadDroppedChannels } from './channel-marks.ts';
import { loadSegments } from './load-segments.ts';
import { PageMemory } from './page-memory.ts';
import { pagesOf, type Source } from './source.ts';

export interface Recovered {
  /** Channels that are being dropped. */
  readonly droppedChannels: ReadonlySet<string>;
}

/**
 * Fills `meta` with what the coordinator kept: all kinds of keys side by side, all at one revision. Writes nothing, and never holds the
 * event loop for long: the session is kept alive meanwhile. Source: spec datacoord §6.2.
 */
export async function recover(
  parts: { readonly store: MetaStore; readonly keys: MetaKeys; readonly pace: Pace },
  meta: Meta,
): Promise<Recovered> {
  // Asked of a range with few keys: etcd counts all that a range has, whatever its limit.
  const prefix = parts.keys.prefix.channelRemovals();
  const { revision } = await parts.store.range({ prefix, limit: 1, keysOnly: true });
  const memory = new PageMemory();
  const source = { ...parts, revision, memory };
  const [droppedChannels] = await Promise.all([
    loadDroppedChannels(source),
    restoreCheckpoints(source, meta),
    restoreSegments(source, meta),
  ]);
  memory.free();
  return { droppedChannels };
}

async function restoreSegments(source: Source, meta: Meta): Promise<void> {
  for await (const segments of loadSegments(source)) {
    await source.pace.run(() => {
      for (const segment of segments) meta.segments.set(segment);
    });
  }
}

async function restoreCheckpoints(source: Source, meta: Meta): Promise<void> {
  const prefix = source.keys.prefix.channelCheckpoints();
  for await (const { page } of pagesOf(source, { prefix })) {
    for (const { key, value } of page.kvs) {
      const channel = key.slice(prefix.length);
      meta.restoreCheckpoint(channel, { ...internal.MsgPosition.decode(value), channelName: channel });
    }
  }
}
