import { common, type data } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import type { NodeWorld } from '../node-world.ts';
import { isUnknownSegment } from '../unknown-segment.ts';

/** Whether DataCoord has put the target of a result in the place of its sources. */
export async function isSwapped(
  { dataCoord, settings }: Pick<NodeWorld, 'dataCoord' | 'settings'>,
  result: data.CompactionResult,
  sourceIDs: readonly bigint[],
  signal: AbortSignal,
): Promise<boolean> {
  const info = async (segmentID: bigint) => {
    const request = { segmentIDs: [segmentID], includeUnHealthy: true };
    const answer = await dataCoord.getSegmentInfo(request, { signal, deadlineMs: settings.callDeadlineMs });
    return isUnknownSegment(answer) ? undefined : checked(answer).infos[0];
  };
  if (result.numOfRows > 0n) return (await info(result.segmentID)) !== undefined;
  // A target without rows is kept nowhere: its sources tell.
  const [first] = sourceIDs;
  if (first === undefined) return true;
  const source = await info(first);
  return source === undefined || source.state === common.SegmentState.Dropped;
}
