import { livingMark } from '../recovery/channel-marks.ts';
import type { Call } from './call.ts';

/**
 * Has the channels of a new collection read. RootCoord waits for it inside its DDL loop, so nothing here asks RootCoord.
 * Source: spec datacoord §2.20, live-cluster §b.
 */
export const watchChannels: Call<'watchChannels'> = (coordinator) => async (request) => {
  const { collectionID, startPositions, schema } = request;
  coordinator.collections.learn(collectionID, schema, startPositions);
  for (const channel of request.channelNames) {
    await coordinator.channels.watch(channel, collectionID, { positions: startPositions, schema });
    await coordinator.commit([
      { put: coordinator.keys.key.channelRemoval({ vchannel: channel }), value: Buffer.from(livingMark) },
    ]);
  }
  return {};
};
