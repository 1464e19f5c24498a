import { common, data } from '@millrace/proto';
import type { LiveCluster } from '../live-cluster.ts';
import type { Stage } from '../pieces.ts';
import { until } from '../until.ts';
import { type CoordinatorClient, check } from './coordinator-client.ts';
import { record } from './figures.ts';
import type { Side } from './sides.ts';
import { underLoad } from './under-load.ts';

const fieldIDs = [0n, 1n, 100n, 101n, 102n];
const watchedDeadlineMs = 120_000;
const inFlights = [1, 64] as const;
const durationMs = 4_000;

const titleOf = (inFlight: number) => `SaveBinlogPaths, ${inFlight} in flight`;

/** A DataNode saves one more log of each of five fields, again and again, for a segment on each of the channels. */
export async function saveCalls(
  stage: Stage,
  side: Side,
  { address, client }: CoordinatorClient,
  owner: { readonly nodeID: bigint; readonly collectionID: bigint; readonly channels: readonly string[] },
): Promise<void> {
  const { nodeID, collectionID, channels } = owner;
  const partitionID = collectionID + 1n;
  const assigned = await client.call.assignSegmentId(
    data.AssignSegmentIDRequest.fromPartial({
      segmentIDRequests: channels.map((channelName) => ({
        count: 1,
        channelName,
        collectionID,
        partitionID,
      })),
    }),
  );
  check('AssignSegmentID', assigned.status);
  const segments = assigned.segIDAssignments.map(({ segID, channelName }) => ({ segID, channelName }));
  let saved = 0n;
  const request = (call: number): Uint8Array => {
    const { segID = 0n, channelName = '' } = segments[call % segments.length] ?? {};
    return data.SaveBinlogPathsRequest.encode(
      saveRequest({ nodeID, collectionID, partitionID, segID, channelName }, ++saved),
    ).finish();
  };
  await stage.report.step(`${side.name}: the DataNode has every channel`, async () => {
    for (const at of segments.keys()) {
      let last = '';
      await until(
        `the save of segment ${segments[at]?.segID} counts`,
        watchedDeadlineMs,
        async () => {
          const status = await client.call.saveBinlogPaths(data.SaveBinlogPathsRequest.decode(request(at)));
          last = status.reason;
          return status.errorCode === common.ErrorCode.Success;
        },
        () => last,
      );
    }
  });
  for (const inFlight of inFlights) {
    const goal = inFlight === 1 ? {} : { rateGoal: '≥ 8 ×, ≥ 60 % of the limit' };
    await underLoad(
      stage,
      side,
      { what: titleOf(inFlight), ...goal },
      {
        address,
        path: data.DataCoordService.saveBinlogPaths.path,
        inFlight,
        request,
        // A status that says nothing is Success.
        fault: (answer) => common.Status.decode(answer).reason || undefined,
      },
    );
  }
}

interface Saving {
  readonly nodeID: bigint;
  readonly collectionID: bigint;
  readonly partitionID: bigint;
  readonly segID: bigint;
  readonly channelName: string;
}

function saveRequest(
  { nodeID, collectionID, partitionID, segID, channelName }: Saving,
  number: bigint,
): data.SaveBinlogPathsRequest {
  const msgID = Buffer.alloc(8);
  msgID.writeBigInt64LE(number);
  const position = { channelName, msgID, timestamp: 440_000_000_000_000_000n + number };
  const log = (kind: string, fieldID: bigint) => ({
    fieldID,
    binlogs: [
      {
        entriesNum: 1_000n,
        logPath: `files/${kind}/${collectionID}/${partitionID}/${segID}/${fieldID}/${number * 10n + fieldID}`,
        logSize: 100_000n,
      },
    ],
  });
  return data.SaveBinlogPathsRequest.fromPartial({
    base: { sourceID: nodeID },
    segmentID: segID,
    collectionID,
    field2BinlogPaths: fieldIDs.map((fieldID) => log('insert_log', fieldID)),
    field2StatslogPaths: [log('stats_log', 100n)],
    checkPoints: [{ segmentID: segID, position, numOfRows: number }],
  });
}

/** How often a second etcd takes the keys of a save that nobody groups. */
export async function savesWithoutUs({ cluster, report, run }: Stage): Promise<void> {
  for (const inFlight of inFlights) {
    const what = titleOf(inFlight);
    const value = await report.step(`limit: ${what}`, () => putsOfSaves(cluster, inFlight));
    await record(run.directory, { what, unit: '/s', better: 'more', side: 'limit', value });
  }
}

/** Records as large as those of a segment with ten logs of each field. */
const recordBytes = [250, ...fieldIDs.map(() => 600), 400];

async function putsOfSaves({ store }: LiveCluster, inFlight: number): Promise<number> {
  const values = recordBytes.map((bytes) => Buffer.alloc(bytes, 7));
  const endMs = performance.now() + durationMs;
  const startMs = performance.now();
  let saves = 0;
  const writer = async () => {
    while (performance.now() < endMs) {
      const segment = saves++ % 200;
      await store.transact({
        writes: values.map((value, key) => ({ put: `limit/${segment}/${key}`, value })),
      });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, writer));
  return saves / ((performance.now() - startMs) / 1000);
}
