import type { MetaKeys, WriteOp } from '@millrace/metastore';
import { common, data, internal, type schema } from '@millrace/proto';

/** What a store of the original holds of a segment that one of its answers shows. Source: spec datacoord §6.1. */
export function recordedSegment(keys: MetaKeys, info: data.SegmentInfo): WriteOp[] {
  const ref = { collectionID: info.collectionID, partitionID: info.partitionID, segmentID: info.ID };
  const head = { ...info, binlogs: [], statslogs: [], deltalogs: [] };
  const logs = (key: 'binlog' | 'statslog' | 'deltalog', fields: readonly data.FieldBinlog[]): WriteOp[] =>
    fields.map((field) => ({
      put: keys.key[key]({ ...ref, fieldID: field.fieldID }),
      value: data.FieldBinlog.encode({ ...field, binlogs: field.binlogs.map(withID) }).finish(),
    }));
  return [
    { put: keys.key.segment(ref), value: data.SegmentInfo.encode(head).finish() },
    ...logs('binlog', info.binlogs),
    ...logs('statslog', info.statslogs),
    ...logs('deltalog', info.deltalogs),
  ];
}

function withID(log: data.Binlog): data.Binlog {
  return { ...log, logPath: '', logID: BigInt(log.logPath.split('/').at(-1) ?? '0') };
}

export interface RecordedChannel {
  readonly name: string;
  readonly collectionID: bigint;
  readonly schema: schema.CollectionSchema;
  readonly nodeID: bigint;
  readonly checkpoint: internal.MsgPosition | undefined;
}

/** A channel that a node reads. */
export function recordedChannel(keys: MetaKeys, channel: RecordedChannel): WriteOp[] {
  const { name, collectionID, nodeID, checkpoint } = channel;
  const info = data.ChannelWatchInfo.fromPartial({
    vchan: { collectionID, channelName: name, seekPosition: checkpoint },
    state: data.ChannelWatchState.WatchSuccess,
    schema: channel.schema,
  });
  const writes: WriteOp[] = [
    {
      put: keys.key.channelWatch({ nodeID, vchannel: name }),
      value: data.ChannelWatchInfo.encode(info).finish(),
    },
    { put: keys.key.channelRemoval({ vchannel: name }), value: Buffer.from('non-removed') },
  ];
  if (checkpoint !== undefined) {
    const value = internal.MsgPosition.encode(checkpoint).finish();
    writes.push({ put: keys.key.channelCheckpoint({ vchannel: name }), value });
  }
  return writes;
}

/** As it was before it was compacted. */
export function flushedOf(info: data.SegmentInfo): data.SegmentInfo {
  return { ...info, state: common.SegmentState.Flushed, droppedAt: 0n };
}

/** What the node told of the plan that this segment came of. */
export function resultOf(planID: bigint, made: data.SegmentInfo): data.CompactionStateResult {
  const { ID: segmentID, numOfRows, binlogs, statslogs, deltalogs, insertChannel: channel } = made;
  const result = { planID, segmentID, numOfRows, channel, deltalogs };
  return {
    planID,
    state: common.CompactionState.Completed,
    result: { ...result, insertLogs: binlogs, field2StatslogPaths: statslogs },
  };
}
