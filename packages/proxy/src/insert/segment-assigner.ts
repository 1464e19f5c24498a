import { type Timestamp, Unavailable } from '@millrace/core';
import { data } from '@millrace/proto';
import { type ClientOf, checked } from '@millrace/runtime';

export interface SegmentRequest {
  readonly collectionID: bigint;
  readonly partitionID: bigint;
  readonly channel: string;
  readonly rows: number;
  /** The rows' timestamp: the assignment must not expire before it. */
  readonly timestamp: Timestamp;
}

export interface SegmentRows {
  readonly segmentID: bigint;
  readonly rows: number;
}

interface Waiting {
  readonly request: SegmentRequest;
  readonly resolve: (segments: readonly SegmentRows[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Asks DataCoord for segments: requests that come while a call is under way share the next one, summed up by channel and partition. */
export class SegmentAssigner {
  private waiting: Waiting[] = [];
  private running: Promise<void> | undefined;
  private readonly dataCoord: ClientOf<typeof data.DataCoordService>;
  private readonly serverID: bigint;

  constructor(dataCoord: ClientOf<typeof data.DataCoordService>, serverID: bigint) {
    this.dataCoord = dataCoord;
    this.serverID = serverID;
  }

  /** Segments whose rows add up to the request's. */
  assign(request: SegmentRequest): Promise<readonly SegmentRows[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ request, resolve, reject });
      this.running ??= this.drain();
    });
  }

  private async drain(): Promise<void> {
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0);
      try {
        const assigned = await this.ask(group);
        for (const each of group) {
          const segments = take(assigned.get(keyOf(each.request)) ?? [], each.request);
          if (segments !== undefined) each.resolve(segments);
          // An answer that served others says nothing of this one: asked for alone, it is served or the reason is told.
          else if (group.length > 1) void this.assignAlone(each);
          else each.reject(unassigned(each.request));
        }
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.running = undefined;
  }

  private async assignAlone(waiting: Waiting): Promise<void> {
    const { request, resolve, reject } = waiting;
    try {
      const assigned = await this.ask([waiting]);
      const segments = take(assigned.get(keyOf(request)) ?? [], request);
      if (segments === undefined) reject(unassigned(request));
      else resolve(segments);
    } catch (error) {
      reject(error);
    }
  }

  private async ask(group: readonly Waiting[]): Promise<Map<string, Remainder[]>> {
    const requests = new Map<string, data.SegmentIDRequest>();
    for (const { request } of group) {
      const { collectionID, partitionID, channel, rows } = request;
      const count = (requests.get(keyOf(request))?.count ?? 0) + rows;
      requests.set(
        keyOf(request),
        data.SegmentIDRequest.fromPartial({ collectionID, partitionID, channelName: channel, count }),
      );
    }
    const answer = checked(
      await this.dataCoord.assignSegmentId({
        nodeID: this.serverID,
        peerRole: 'proxy',
        segmentIDRequests: [...requests.values()],
      }),
    );
    const assigned = new Map<string, Remainder[]>();
    for (const {
      segID,
      channelName,
      collectionID,
      partitionID,
      count,
      expireTime,
    } of answer.segIDAssignments) {
      const key = keyOf({ collectionID, partitionID, channel: channelName });
      const list = assigned.get(key) ?? [];
      list.push({ segmentID: segID, rows: count, expireTime });
      assigned.set(key, list);
    }
    return assigned;
  }
}

function unassigned({ rows, channel }: SegmentRequest): Unavailable {
  return new Unavailable(
    `no segment could be assigned for ${rows} rows on ${channel}: the DataCoord's log says why; try again`,
  );
}

interface Remainder {
  readonly segmentID: bigint;
  rows: number;
  readonly expireTime: Timestamp;
}

/** Takes the request's rows off what was assigned for all that asked together. */
function take(remainders: readonly Remainder[], request: SegmentRequest): SegmentRows[] | undefined {
  const taken: SegmentRows[] = [];
  let missing = request.rows;
  for (const remainder of remainders) {
    if (missing === 0) break;
    if (remainder.rows === 0 || remainder.expireTime <= request.timestamp) continue;
    const rows = Math.min(missing, remainder.rows);
    remainder.rows -= rows;
    missing -= rows;
    taken.push({ segmentID: remainder.segmentID, rows });
  }
  return missing === 0 ? taken : undefined;
}

function keyOf({
  collectionID,
  partitionID,
  channel,
}: Pick<SegmentRequest, 'collectionID' | 'partitionID' | 'channel'>): string {
  return `${collectionID}/${partitionID}/${channel}`;
}
