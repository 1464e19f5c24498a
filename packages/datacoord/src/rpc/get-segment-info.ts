import type { data } from '@millrace/proto';
import type { Coordinator } from '../coordinator.ts';
import { segmentNotFound } from '../meta/meta.ts';
import { type Segment, segmentInfo } from '../meta/segment.ts';
import type { Call } from './call.ts';

/** All of the segments or none: one unknown id fails the call with the text peers compare. Source: spec datacoord §2.7. */
export const getSegmentInfo: Call<'getSegmentInfo'> = (coordinator) => (request) => {
  const { meta } = coordinator;
  const infos = request.segmentIDs.map((id) => {
    if (!request.includeUnHealthy) return segmentInfo(meta.healthy(id), coordinator.settings.objectRoot);
    const segment = meta.segments.get(id);
    if (segment === undefined) throw segmentNotFound(id);
    return withDeltasOfTarget(coordinator, segment);
  });
  const channels = new Set(
    infos.map(({ insertChannel }) => insertChannel).filter((channel) => channel !== ''),
  );
  const channelCheckpoint: data.GetSegmentInfoResponse['channelCheckpoint'] = {};
  for (const channel of channels) {
    const position = meta.checkpoint(channel);
    if (position !== undefined) channelCheckpoint[channel] = position;
  }
  return { infos, channelCheckpoint };
};

/** A segment that was compacted away is answered with the deletes that have since gone to its target. */
function withDeltasOfTarget({ meta, settings }: Coordinator, segment: Segment): data.SegmentInfo {
  const info = segmentInfo(segment, settings.objectRoot);
  const [target] = meta.segments.compactedFrom(segment.id);
  if (target === undefined) return info;
  const { deltalogs } = segmentInfo(target, settings.objectRoot);
  return { ...info, deltalogs: [...info.deltalogs, ...deltalogs], dmlPosition: target.dmlPosition };
}
