import { Fenced, NotFound, Unavailable, type UniqueID } from '@millrace/core';
import type { common, data } from '@millrace/proto';
import type { UnaryHandler } from '@millrace/runtime';
import type { NodeState } from '../node-state.ts';
import type { ChannelPipeline } from '../pipeline/channel-pipeline.ts';

/**
 * Marks segments for a flush behind the next pack of their channel; one that is marked already is passed over. A segment no channel of this
 * node knows fails the call, the others are flushed all the same. Source: spec datanode-and-formats §1.6.
 */
export function flushSegments(
  state: NodeState,
  channels: () => readonly ChannelPipeline[],
): UnaryHandler<data.FlushSegmentsRequest, common.Status> {
  return ({ base, segmentIDs }) => {
    // As the original: the one call that answers its own text when the node does not serve.
    if (state.state !== 'healthy') throw new Unavailable('DataNode is not ready yet');
    const target = base?.targetID ?? 0n;
    if (target !== state.nodeID) {
      throw new Fenced(`target node id not match target id = ${target}, node id = ${state.nodeID}`, {
        milvusCode: 'NodeIDNotMatch',
      });
    }
    const unknown = segmentIDs.filter((segmentID) => !request(channels(), segmentID));
    if (unknown.length > 0) throw new NotFound('no flush channel found for the segment, unable to flush');
    return {};
  };
}

function request(channels: readonly ChannelPipeline[], segmentID: UniqueID): boolean {
  for (const channel of channels) {
    const segment = channel.segment(segmentID);
    if (segment === undefined) continue;
    channel.requestFlush(segment);
    return true;
  }
  return false;
}
