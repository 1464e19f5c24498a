import { data } from '@millrace/proto';
import { realClock } from '@millrace/runtime';
import { UnaryLoad } from '../load/unary-load.ts';
import { serveProbe } from '../probe-child.ts';
import { channels, collectionID, partitionID } from './collection.ts';

const runMs = 1_500;
const rowsOfCall = 100;
/** Reading an answer costs more than asking: one in so many is checked, the others by their length. */
const checkEvery = 64;

/** Asks for rows as proxies do, with as many calls in flight as a run is told. */
await serveProbe(async ([address = '']) => {
  const requests = channels.map((channelName) =>
    data.AssignSegmentIDRequest.encode(
      data.AssignSegmentIDRequest.fromPartial({
        segmentIDRequests: [{ count: rowsOfCall, channelName, collectionID, partitionID }],
      }),
    ).finish(),
  );
  let onAnswer = (_: Buffer): void => undefined;
  const { path } = data.DataCoordService.assignSegmentId;
  const load = await UnaryLoad.open(address, path, (answer) => onAnswer(answer));
  return {
    run: (inFlight) =>
      new Promise((resolve, reject) => {
        const endMs = realClock.monotonic() + runMs;
        let started = 0;
        let answered = 0;
        const start = () => load.call(requests[started++ % requests.length] ?? new Uint8Array(0));
        onAnswer = (answer) => {
          answered++;
          if (!hasRows(answer, answered % checkEvery === 1))
            return reject(new Error('a call was answered without rows'));
          if (realClock.monotonic() < endMs) start();
          else if (answered === started) resolve(answered);
        };
        for (let i = 0; i < Number(inFlight); i++) start();
      }),
    stop: () => load.close(),
  };
});

function hasRows(answer: Buffer, check: boolean): boolean {
  if (!check) return answer.length > 20;
  return data.AssignSegmentIDResponse.decode(answer).segIDAssignments[0]?.count === rowsOfCall;
}
