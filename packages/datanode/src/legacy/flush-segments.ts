import { common, data } from '@millrace/proto';
import { flushSegments as flushToday } from '../rpc/flush-segments.ts';
import type { OldApiHandlers, OldApiParts } from './old-api.ts';

/** Flushes these segments behind the next tick of their channel. */
export function flushSegments({ node, nodeID }: OldApiParts): NonNullable<OldApiHandlers['flushSegments']> {
  const today = flushToday(node.state, () => node.channels());
  return ({ base, dbID, collectionID, segmentIDs }, context) => {
    // Requests of then do not say which node they mean.
    const meant = { ...common.MsgBase.fromPartial(base ?? {}), targetID: nodeID };
    const request = { base: meant, dbID, collectionID, segmentIDs };
    return today({ ...data.FlushSegmentsRequest.create(), ...request }, context);
  };
}
