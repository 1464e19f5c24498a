import { encodeAnswer } from '../answers/encode-answer.ts';
import type { Form, SegmentEncoder } from '../answers/segment-encoder.ts';
import type { Segment } from '../meta/segment.ts';
import type { Call } from './call.ts';
import { encodeChannels, recoveryInfo } from './recovery-info.ts';

/** Logged with the time an answer took. */
const recoveryInformationTold = 'recovery information told';

/** A segment as it stands in `segments` of the answer. */
export const toldSegment = (encoder: SegmentEncoder): Form<Segment> => encoder.recoveryInfo(0x1a);

/**
 * Any partitions, or all where none is named. An answer that its peer could not receive fails the call: then the peer asks for one partition
 * after the other. Source: spec datacoord §10.1, live-cluster §c.
 */
export const getRecoveryInfoV2: Call<'getRecoveryInfoV2'> = (coordinator) => async (request) => {
  const startedMs = coordinator.clock.monotonic();
  const { channels, segments } = await recoveryInfo(coordinator, request.collectionID, request.partitionIDs);
  const { encoder, pace, settings, clock, log } = coordinator;
  return encodeAnswer(
    pace,
    {
      before: await encodeChannels(pace, channels),
      items: segments,
      form: toldSegment(encoder),
      made: (bytes) =>
        log.debug(
          {
            collectionID: request.collectionID,
            segments: segments.length,
            bytes,
            tookMs: clock.monotonic() - startedMs,
          },
          recoveryInformationTold,
        ),
    },
    { bytesMax: settings.answerBytesMax, advice: 'ask for single partitions, with GetRecoveryInfo' },
  );
};
