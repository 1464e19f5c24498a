import { metaKeys } from '@millrace/metastore';
import { data } from '@millrace/proto';
import type { OldApiHandlers, OldApiParts } from './old-api.ts';

const { ChannelWatchState } = data;

/**
 * Gives back the channels that it was told to watch, with their rows written, and publishes nothing more. The process goes on: it serves what
 * others assigned.
 */
export function close(
  { metaStore, settings, nodeID }: OldApiParts,
  watched: Set<string>,
  stop: () => Promise<void>,
): NonNullable<OldApiHandlers['close']> {
  const keys = metaKeys(settings.metaRoot);
  return async () => {
    for (const vchannel of [...watched]) {
      watched.delete(vchannel);
      const key = keys.key.channelWatch({ nodeID, vchannel });
      const held = await metaStore.get(key);
      if (held === undefined) continue;
      const info = data.ChannelWatchInfo.decode(held.value);
      if (info.state === ChannelWatchState.ToRelease) continue;
      // One that somebody changed meanwhile is theirs.
      await metaStore.transact({
        compares: [{ key, version: held.version }],
        writes: [
          {
            put: key,
            value: data.ChannelWatchInfo.encode({ ...info, state: ChannelWatchState.ToRelease }).finish(),
          },
        ],
      });
    }
    await stop();
    return {};
  };
}
