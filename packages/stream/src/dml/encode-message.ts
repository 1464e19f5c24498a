import type { Timestamp, UniqueID } from '@millrace/core';
import { common, data, internal } from '@millrace/proto';

const { MsgType } = common;

/** Where a message comes from. `msgID` is what consumers recognise repetitions by: unique per insert slice. */
export interface MessageOrigin {
  readonly msgID?: UniqueID;
  readonly timestamp: Timestamp;
  readonly sourceID: UniqueID;
}

/** Fields of a request without its base: what is left out keeps protobuf's default. */
type Fields<Request> = Partial<Omit<Request, 'base'>>;

function base(msgType: common.MsgType, { msgID = 0n, timestamp, sourceID }: MessageOrigin): common.MsgBase {
  return common.MsgBase.fromPartial({ msgType, msgID, timestamp, sourceID });
}

/** Promises that every later message of the channel is newer than `timestamp`. */
export function encodeTimeTick(timestamp: Timestamp, sourceID: UniqueID): Uint8Array {
  return internal.TimeTickMsg.encode({ base: base(MsgType.TimeTick, { timestamp, sourceID }) }).finish();
}

/** Rows of one segment, for its physical channel. The columns are the caller's, in `fields`. Source: spec datanode-and-formats §5.3. */
export function encodeInsert(origin: MessageOrigin, fields: Fields<internal.InsertRequest>): Uint8Array {
  const request = { ...internal.InsertRequest.create(), ...fields, base: base(MsgType.Insert, origin) };
  return internal.InsertRequest.encode(request).finish();
}

/** Primary keys to delete, for the physical channel they hash to. Source: spec datanode-and-formats §5.4. */
export function encodeDelete(origin: MessageOrigin, fields: Fields<internal.DeleteRequest>): Uint8Array {
  const request = { ...internal.DeleteRequest.create(), ...fields, base: base(MsgType.Delete, origin) };
  return internal.DeleteRequest.encode(request).finish();
}

/** A new collection, for each of its physical channels: its id there is the start position. Source: spec datanode-and-formats §5.5. */
export function encodeCreateCollection(
  origin: MessageOrigin,
  fields: Fields<internal.CreateCollectionRequest>,
): Uint8Array {
  const request = {
    ...internal.CreateCollectionRequest.create(),
    ...fields,
    base: base(MsgType.CreateCollection, origin),
  };
  return internal.CreateCollectionRequest.encode(request).finish();
}

/** The end of a collection, for each of its physical channels, behind its last row. Source: spec datanode-and-formats §5.5. */
export function encodeDropCollection(
  origin: MessageOrigin,
  fields: Fields<internal.DropCollectionRequest>,
): Uint8Array {
  const request = {
    ...internal.DropCollectionRequest.create(),
    ...fields,
    base: base(MsgType.DropCollection, origin),
  };
  return internal.DropCollectionRequest.encode(request).finish();
}

/** A new partition, for each physical channel of its collection. Source: spec datanode-and-formats §5.5. */
export function encodeCreatePartition(
  origin: MessageOrigin,
  fields: Fields<internal.CreatePartitionRequest>,
): Uint8Array {
  const request = {
    ...internal.CreatePartitionRequest.create(),
    ...fields,
    base: base(MsgType.CreatePartition, origin),
  };
  return internal.CreatePartitionRequest.encode(request).finish();
}

/** The end of a partition, for each physical channel of its collection, behind its last row. Source: spec datanode-and-formats §5.5. */
export function encodeDropPartition(
  origin: MessageOrigin,
  fields: Fields<internal.DropPartitionRequest>,
): Uint8Array {
  const request = {
    ...internal.DropPartitionRequest.create(),
    ...fields,
    base: base(MsgType.DropPartition, origin),
  };
  return internal.DropPartitionRequest.encode(request).finish();
}

/** A DataNode's report on one virtual channel; row counts are absolute. Source: spec datanode-and-formats §4.8. */
export function encodeDataNodeTick(
  origin: MessageOrigin,
  channelName: string,
  segmentsStats: readonly data.SegmentStats[],
): Uint8Array {
  return data.DataNodeTtMsg.encode({
    base: base(MsgType.DataNodeTt, origin),
    channelName,
    timestamp: origin.timestamp,
    segmentsStats: [...segmentsStats],
  }).finish();
}
