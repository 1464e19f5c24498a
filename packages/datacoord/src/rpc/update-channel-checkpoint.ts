import { Internal } from '@millrace/core';
import type { Call } from './call.ts';

/** Moves the channel's checkpoint forward, never back. Source: spec datacoord §2.25. */
export const updateChannelCheckpoint: Call<'updateChannelCheckpoint'> =
  ({ meta }) =>
  async (request) => {
    if (request.position === undefined) throw new Internal(`channelCP is nil, vChannel=${request.vChannel}`);
    await meta.advanceCheckpoint(request.vChannel, request.position);
    return {};
  };
