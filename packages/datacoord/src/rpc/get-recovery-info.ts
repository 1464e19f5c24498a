import { encodeAnswer } from '../answers/encode-answer.ts';
import type { Call } from './call.ts';
import { encodeChannels, recoveryInfo } from './recovery-info.ts';

/** Tag of `binlogs` in the answer. */
const binlogsTag = 0x1a;

/** One partition, or with 0 all of them. Source: spec datacoord §10.2. */
export const getRecoveryInfo: Call<'getRecoveryInfo'> = (coordinator) => async (request) => {
  const partitions = request.partitionID > 0n ? [request.partitionID] : [];
  const { channels, segments } = await recoveryInfo(coordinator, request.collectionID, partitions);
  const { encoder, pace, settings } = coordinator;
  return encodeAnswer(
    pace,
    {
      before: await encodeChannels(pace, channels),
      items: segments,
      form: encoder.binlogs(binlogsTag),
    },
    {
      bytesMax: settings.answerBytesMax,
      advice:
        partitions.length === 0
          ? 'ask for single partitions'
          : 'compact the partition, or spread its rows over more',
    },
  );
};
