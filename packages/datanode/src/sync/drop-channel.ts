import { isKind } from '@millrace/core';
import { data } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import type { NodeWorld } from '../node-world.ts';
import type { ChannelState } from '../pipeline/channel-state.ts';
import { toMessage } from '../position-message.ts';
import { persist } from './persist.ts';
import { callBase } from './save-request.ts';

/**
 * Ends a channel whose collection was dropped: names every segment once, as of the drop. What is still buffered is not written, nobody can
 * read it any more. Fenced means that somebody else has ended it. Source: spec datanode-and-formats §4.7.
 */
export async function dropChannel(world: NodeWorld, state: ChannelState, signal: AbortSignal): Promise<void> {
  const { dataCoord, settings, nodeID, clock } = world;
  const { position } = state;
  const segments = [...state.segments.values()].map((segment) =>
    data.DropVirtualChannelSegment.fromPartial({
      segmentID: segment.segmentID,
      collectionID: state.collectionID,
      deltalogs: [{}, {}],
      ...(segment.kind === 'new' && segment.startPosition !== undefined
        ? { startPosition: toMessage(segment.startPosition) }
        : {}),
      ...(position === undefined ? {} : { checkPoint: toMessage(position) }),
      numOfRows: BigInt(segment.rows),
    }),
  );
  const request = { base: callBase(nodeID, clock.now()), channelName: state.vchannel, segments };
  try {
    await persist(
      world,
      settings.syncDeadlineMs,
      signal,
      async () =>
        checked(await dataCoord.dropVirtualChannel(request, { signal, deadlineMs: settings.callDeadlineMs })),
      { isFinal: (error) => isKind(error, 'fenced') },
    );
  } catch (error) {
    if (!isKind(error, 'fenced')) throw error;
  }
}
