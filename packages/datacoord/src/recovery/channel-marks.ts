import { pagesOf, type Source } from './source.ts';

/** Value of `channel-removal/<channel>` for a channel that is being dropped. Source: spec datacoord §5.7. */
export const removedMark = 'removed';
/** … and for one that lives. */
export const livingMark = 'non-removed';

/** Channels whose drop a crash may have cut short. */
export async function loadDroppedChannels(source: Source): Promise<ReadonlySet<string>> {
  const prefix = source.keys.prefix.channelRemovals();
  const dropped = new Set<string>();
  for await (const { page } of pagesOf(source, { prefix })) {
    for (const { key, value } of page.kvs) {
      if (Buffer.from(value).toString() === removedMark) dropped.add(key.slice(prefix.length));
    }
  }
  return dropped;
}
