import { common, data, errorFromStatus } from '@millrace/proto';
import type { RpcClient } from '@millrace/runtime';

/**
 * Of a channel, one of a partition each: enough that a segment comes to a few dozen logs of each field at most. Milvus seals one with 32, and
 * then drops it where no tick told of its rows.
 */
const segmentsOfChannel = 5;

const fieldIDs = [0n, 1n, 100n, 101n, 102n];

export interface SavingNodeSettings {
  /** The DataNode that has the channels. */
  readonly nodeID: bigint;
  readonly collectionID: bigint;
  /** The first of five. */
  readonly partitionID: bigint;
  readonly channels: readonly string[];
}

/** What a DataNode sends for five growing segments on each of its channels: one more log of each of five fields, again and again. */
export class SavingNode {
  /** The first on each channel, then the next. */
  readonly segmentIDs: readonly bigint[];
  private readonly settings: SavingNodeSettings;
  private saved = 0n;

  private constructor(settings: SavingNodeSettings, segmentIDs: readonly bigint[]) {
    this.settings = settings;
    this.segmentIDs = segmentIDs;
  }

  /** Asks for the segments. */
  static async open(
    { call }: RpcClient<typeof data.DataCoordService>,
    settings: SavingNodeSettings,
  ): Promise<SavingNode> {
    const { collectionID, partitionID, channels } = settings;
    const { status, segIDAssignments } = await call.assignSegmentId(
      data.AssignSegmentIDRequest.fromPartial({
        segmentIDRequests: Array.from({ length: segmentsOfChannel }, (_, at) =>
          channels.map((channelName) => ({
            count: 1,
            channelName,
            collectionID,
            partitionID: partitionID + BigInt(at),
          })),
        ).flat(),
      }),
    );
    const refused = errorFromStatus(status);
    if (refused !== undefined) throw refused;
    return new SavingNode(
      settings,
      segIDAssignments.map(({ segID }) => segID),
    );
  }

  /** The request of a call with this number, encoded; the segments get their turns. */
  save(call: number): Uint8Array {
    return data.SaveBinlogPathsRequest.encode(this.request(call)).finish();
  }

  request(call: number): data.SaveBinlogPathsRequest {
    const { nodeID, collectionID, channels } = this.settings;
    const at = call % this.segmentIDs.length;
    const segmentID = this.segmentIDs[at] ?? 0n;
    const partitionID = this.settings.partitionID + BigInt(Math.floor(at / channels.length));
    const number = ++this.saved;
    const log = (kind: string, fieldID: bigint) => ({
      fieldID,
      binlogs: [
        {
          entriesNum: 1_000n,
          logPath: `files/${kind}/${collectionID}/${partitionID}/${segmentID}/${fieldID}/${number * 1_000n + fieldID}`,
          logSize: 100_000n,
        },
      ],
    });
    const position = positionAt(channels[at % channels.length] ?? '', number);
    return data.SaveBinlogPathsRequest.fromPartial({
      base: { sourceID: nodeID },
      segmentID,
      collectionID,
      field2BinlogPaths: fieldIDs.map((fieldID) => log('insert_log', fieldID)),
      field2StatslogPaths: [log('stats_log', 100n)],
      checkPoints: [{ segmentID, position, numOfRows: number }],
    });
  }
}

/** Later with each number. */
export function positionAt(channelName: string, number: bigint) {
  const msgID = Buffer.alloc(8);
  msgID.writeBigInt64LE(number);
  return { channelName, msgID, timestamp: 440_000_000_000_000_000n + number };
}

/** Why an answer that is a status does not count; undefined when it does. */
export function faultOfStatus(answer: Buffer): string | undefined {
  const { errorCode, reason } = common.Status.decode(answer);
  return errorCode === common.ErrorCode.Success ? undefined : reason;
}
