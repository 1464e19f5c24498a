import { data } from '@millrace/proto';
import type { Stage } from '../pieces.ts';
import type { CoordinatorClient } from './coordinator-client.ts';
import type { Side } from './sides.ts';
import { type LoadTitle, underLoad } from './under-load.ts';

const rowsOfRequest = 100;
/** Of an answer, for each request: an id, the name of a channel and a time. Decoding all of it would be the load's own limit. */
const answerBytesMin = 20;

interface Assigning extends LoadTitle {
  readonly inFlight: number;
  /** Requests of one call. */
  readonly perCall: number;
}

const measured: readonly Assigning[] = [
  { what: 'AssignSegmentID, 1 in flight', inFlight: 1, perCall: 1 },
  { what: 'AssignSegmentID, 16 in flight', inFlight: 16, perCall: 1 },
  {
    what: 'AssignSegmentID, 128 in flight',
    inFlight: 128,
    perCall: 1,
    rateGoal: '≥ 20 ×',
    p99Goal: '≤ 25 ms',
  },
  {
    what: 'AssignSegmentID, 16 in flight, 100 requests per call',
    inFlight: 16,
    perCall: 100,
    rateGoal: '≥ 500 ×',
  },
];

/** Proxies ask for rows, on all of the channels in turn. */
export async function assignCalls(
  stage: Stage,
  side: Side,
  { address }: CoordinatorClient,
  collectionID: bigint,
  channels: readonly string[],
): Promise<void> {
  for (const { inFlight, perCall, ...title } of measured) {
    const bodies = channels.map((_, call) => {
      const segmentIDRequests = Array.from({ length: perCall }, (_, at) => ({
        count: rowsOfRequest,
        channelName: channels[(call * perCall + at) % channels.length] ?? '',
        collectionID,
        partitionID: collectionID + 1n,
      }));
      return data.AssignSegmentIDRequest.encode(
        data.AssignSegmentIDRequest.fromPartial({ segmentIDRequests }),
      ).finish();
    });
    await underLoad(stage, side, title, {
      address,
      path: data.DataCoordService.assignSegmentId.path,
      inFlight,
      request: (call) => bodies[call % bodies.length] ?? new Uint8Array(),
      fault: ({ length }) =>
        length > answerBytesMin * perCall ? undefined : `a call was answered with ${length} bytes`,
    });
  }
}
