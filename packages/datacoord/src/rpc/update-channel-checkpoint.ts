import { Invalid } from '@millrace/core';
import type { Call } from './call.ts';

/** Moves the channel's checkpoint forward, never back. Source: spec datacoord §2.25. */
export const updateChannelCheckpoint: Call<'updateChannelCheckpoint'> =
  ({ meta }) =>
  async (request) => {
    if (request.position === undefined)
      throw new Invalid(`channelCP is nil, vChannel=${request.vChannel}`, { milvusCode: 'UnexpectedError' });
    await meta.advanceCheckpoint(request.vChannel, request.position);
    return {};
  };
