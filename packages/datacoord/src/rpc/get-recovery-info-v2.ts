import { common, data } from '@millrace/proto';
import { encodedAnswer } from '@millrace/runtime';
import { encodeAnswer } from '../answers/encode-answer.ts';
import type { Call } from './call.ts';
import { recoveryInfo } from './recovery-info.ts';

/** Tag of `segments` in the answer. */
const segmentsTag = 0x1a;

/**
 * Any partitions, or all where none is named. An answer that its peer could not receive fails the call: then the peer asks for one partition
 * after the other. Source: spec datacoord §10.1, live-cluster §c.
 */
export const getRecoveryInfoV2: Call<'getRecoveryInfoV2'> = (coordinator) => async (request) => {
  const { channels, segments } = await recoveryInfo(coordinator, request.collectionID, request.partitionIDs);
  const { encoder, pace, settings } = coordinator;
  const before = await pace.run(() =>
    data.GetRecoveryInfoResponseV2.encode({
      status: common.Status.fromPartial({}),
      channels,
      segments: [],
    }).finish(),
  );
  const bytes = await encodeAnswer(
    pace,
    {
      before,
      items: segments,
      bytesMax: (segment) => encoder.bytesMax(segment),
      put: (segment, out) => encoder.recoveryInfo(segment, segmentsTag, out),
    },
    { bytesMax: settings.answerBytesMax, advice: 'ask for single partitions, with GetRecoveryInfo' },
  );
  return encodedAnswer(bytes);
};
