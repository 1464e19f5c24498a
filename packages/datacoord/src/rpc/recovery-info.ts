import { isDurable, NotFound, segmentStates } from '@millrace/core';
import { common, data, errorFromStatus, type milvus, schema as schemas } from '@millrace/proto';
import type { Coordinator } from '../coordinator.ts';
import { type Indexed, type QuerySegments, querySegments, readable } from '../meta/query-segments.ts';
import type { Segment } from '../meta/segment.ts';
import {
  type ChannelSegments,
  earliestSegmentPosition,
  startPosition,
  vchannelInfo,
} from '../meta/watch-info.ts';

export interface RecoveryInfo {
  readonly channels: data.VchannelInfo[];
  /** Flushed segments with binlogs, in the order of the channels. */
  readonly segments: Segment[];
}

/** A channel of the collection: all its segments, and those a query node may be told of. */
interface AskedChannel {
  readonly channel: string;
  readonly all: readonly Segment[];
  readonly readable: readonly Segment[];
}

/** What a query node needs to serve a collection (its partitions, where some are named). Source: spec datacoord §10.1 to §10.4. */
export async function recoveryInfo(
  coordinator: Coordinator,
  collectionID: bigint,
  partitionIDs: readonly bigint[],
): Promise<RecoveryInfo> {
  const { rootCoord, meta, pace } = coordinator;
  const collection = described(
    await rootCoord.describeCollectionInternal({
      base: common.MsgBase.fromPartial({ msgType: common.MsgType.DescribeCollection }),
      collectionID,
    }),
  );
  const asked: AskedChannel[] = [];
  for (const channel of collection.virtualChannelNames) {
    const all = await pace.run(() => meta.segments.ofChannel(channel));
    asked.push({ channel, all, readable: await pace.run(() => readable(all, partitionIDs)) });
  }
  const indexed = await indexedOf(coordinator, collection, collectionID, asked);
  const channels: data.VchannelInfo[] = [];
  const segments: Segment[] = [];
  for (const { channel, all, readable: candidates } of asked) {
    const listed = await pace.run(() => querySegments(candidates, indexed, meta.segments));
    const seek =
      meta.checkpoint(channel) ??
      (await pace.run(() => earliestSegmentPosition(all))) ??
      startPosition(channel, collection.startPositions);
    await pace.run(() => {
      channels.push(vchannelInfo(collectionID, channel, seek, idsOf(listed)));
      for (const segment of listed.flushed)
        if (isWritten(segment) && segment.hasInsertLogs) segments.push(segment);
    });
  }
  return { channels, segments };
}

/** A refusal of RootCoord's is told with its code in the text, as peers know it. Source: spec datacoord §10.1. */
function described(answer: milvus.DescribeCollectionResponse): milvus.DescribeCollectionResponse {
  const refused = errorFromStatus(answer.status);
  if (refused === undefined) return answer;
  const reason = `code: ${refused.milvusCode ?? 'UnexpectedError'}, reason: ${refused.message}`;
  throw new NotFound(reason, { cause: refused, milvusCode: 'UnexpectedError' });
}

/** Of all channels at once. Parents of compacted segments are asked for as well: they stand in for a child without an index. */
async function indexedOf(
  { indexes }: Coordinator,
  { schema }: milvus.DescribeCollectionResponse,
  collectionID: bigint,
  channels: readonly AskedChannel[],
): Promise<Indexed> {
  const ids = channels.flatMap((each) => each.readable.filter(isWritten).map(idOf));
  return indexes.indexed(schema ?? emptySchema, collectionID, ids);
}

/** A parent of a compacted segment is dropped and still served. */
const isWritten = ({ state }: Segment): boolean => isDurable(state) || state === segmentStates.dropped;

const idOf = ({ id }: Segment): bigint => id;

function idsOf({ unflushed, flushed, dropped }: QuerySegments): ChannelSegments {
  return { unflushed: unflushed.map(idOf), flushed: flushed.map(idOf), dropped: dropped.map(idOf) };
}

/** Status and channels, which both kinds of answer begin with alike; a channel may name a hundred thousand segments. */
export async function encodeChannels(
  pace: Coordinator['pace'],
  channels: readonly data.VchannelInfo[],
): Promise<Uint8Array> {
  const part = (fields: Partial<data.GetRecoveryInfoResponseV2>) =>
    data.GetRecoveryInfoResponseV2.encode({
      ...data.GetRecoveryInfoResponseV2.fromPartial({}),
      ...fields,
    }).finish();
  const parts = [part({ status: common.Status.fromPartial({}) })];
  for (const channel of channels) parts.push(await pace.run(() => part({ channels: [channel] })));
  return Buffer.concat(parts);
}

const emptySchema = schemas.CollectionSchema.fromPartial({});
