import { data } from '@millrace/proto';
import { connect, realClock } from '@millrace/runtime';
import { serveProbe } from '../probe-child.ts';
import { channels, collectionID, partitionID } from './collection.ts';

const runMs = 1_500;
const rowsOfCall = 100;

/** Asks for rows as proxies do, with as many calls in flight as a run is told. */
await serveProbe(async ([address = '']) => {
  const client = connect(data.DataCoordService, address);
  const requests = channels.map((channelName) => ({
    segmentIDRequests: [
      data.SegmentIDRequest.fromPartial({ count: rowsOfCall, channelName, collectionID, partitionID }),
    ],
  }));
  return {
    async run(inFlight) {
      const endMs = realClock.monotonic() + runMs;
      let calls = 0;
      const caller = async () => {
        while (realClock.monotonic() < endMs) {
          const answer = await client.call.assignSegmentId(requests[calls++ % requests.length] ?? {});
          if (answer.segIDAssignments.length === 0) throw new Error('a call was answered without rows');
        }
      };
      await Promise.all(Array.from({ length: Number(inFlight) }, caller));
      return calls;
    },
    stop: () => client.close(),
  };
});
