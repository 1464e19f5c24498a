import { NotFound } from '@millrace/core';
import type { OldApiHandlers, OldApiParts } from './old-api.ts';

/**
 * Flushes every segment of a collection that this node has rows of, behind the next tick of its channel. As then, it is the coordinator that
 * sees to it that no more rows are assigned to them: it seals them first.
 */
export function flush({ node }: OldApiParts): NonNullable<OldApiHandlers['flush']> {
  return ({ collectionID }) => {
    node.state.requireHealthy();
    const channels = node.channels().filter((channel) => channel.collectionID === collectionID);
    if (channels.length === 0)
      throw new NotFound(
        `no channel of collection ${collectionID} is read here: ask the node that was told to watch it`,
      );
    for (const channel of channels) {
      for (const segmentID of channel.openSegments()) {
        const segment = channel.segment(segmentID);
        if (segment !== undefined) channel.requestFlush(segment);
      }
    }
    return {};
  };
}
