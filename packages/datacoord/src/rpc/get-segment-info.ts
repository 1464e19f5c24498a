import { common, data } from '@millrace/proto';
import { encodeAnswer } from '../answers/encode-answer.ts';
import type { ToldSegment } from '../answers/segment-encoder.ts';
import { type Meta, segmentNotFound } from '../meta/meta.ts';
import type { Segment } from '../meta/segment.ts';
import type { Call } from './call.ts';

/** Tag of `infos` in the answer. */
const infosTag = 0x12;

/**
 * All of the segments or none: one unknown id fails the call with the text peers compare. Asked for unhealthy ones too, one that was compacted
 * away is told with what has since gone to its target. Source: spec datacoord §2.7.
 */
export const getSegmentInfo: Call<'getSegmentInfo'> = (coordinator) => async (request) => {
  const { meta, encoder, pace, settings } = coordinator;
  const { includeUnHealthy } = request;
  const items = await pace.run(() =>
    request.segmentIDs.map((id) => {
      const segment = known(meta, id, includeUnHealthy);
      return { segment, target: includeUnHealthy ? meta.segments.compactedFrom(id)[0] : undefined };
    }),
  );
  return encodeAnswer(
    pace,
    {
      before: encode({ status: common.Status.fromPartial({}) }),
      items,
      form: encoder.info(infosTag),
      after: encode({ channelCheckpoint: checkpointsOf(meta, items) }),
    },
    { bytesMax: settings.answerBytesMax, advice: 'ask for fewer segments at a time' },
  );
};

function encode(part: Partial<data.GetSegmentInfoResponse>): Uint8Array {
  return data.GetSegmentInfoResponse.encode({
    ...data.GetSegmentInfoResponse.fromPartial({}),
    ...part,
  }).finish();
}

function known(meta: Meta, id: bigint, includeUnHealthy: boolean): Segment {
  if (!includeUnHealthy) return meta.healthy(id);
  const segment = meta.segments.get(id);
  if (segment === undefined) throw segmentNotFound(id);
  return segment;
}

function checkpointsOf(
  meta: Meta,
  items: readonly ToldSegment[],
): data.GetSegmentInfoResponse['channelCheckpoint'] {
  const checkpoints: data.GetSegmentInfoResponse['channelCheckpoint'] = {};
  for (const channel of new Set(items.map(({ segment }) => segment.channel))) {
    const position = channel === '' ? undefined : meta.checkpoint(channel);
    if (position !== undefined) checkpoints[channel] = position;
  }
  return checkpoints;
}
