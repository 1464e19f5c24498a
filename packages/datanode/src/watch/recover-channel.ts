import type { PrimaryKeySummary } from '@millrace/binlog';
import { type Position, Semaphore, type UniqueID } from '@millrace/core';
import { common, type data, type internal, type schema } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import type { NodeWorld } from '../node-world.ts';
import type { PipelineStart } from '../pipeline/channel-pipeline.ts';
import { DdFilter, type SavedSegment } from '../pipeline/dd-filter.ts';
import { primaryKeyField } from '../segments/insert-buffer.ts';
import { loadSummaries } from '../segments/load-summaries.ts';
import { Segment, type SegmentKind } from '../segments/segment.ts';
import { isUnknownSegment } from '../unknown-segment.ts';

/** What DataCoord assigned. */
export interface Assignment {
  readonly vchan: data.VchannelInfo;
  readonly schema: schema.CollectionSchema;
}

/**
 * Rebuilds a channel as its last owner left it in metadata: which segments exist, up to where their rows are saved, which keys they may hold.
 * Rows behind the seek position come again from the log. Source: spec datanode-and-formats §3.
 * @param onRestored called per restored segment, for the progress of the watch
 */
export async function recoverChannel(
  world: NodeWorld,
  { vchan, schema }: Assignment,
  signal: AbortSignal,
  onRestored: () => void,
): Promise<PipelineStart> {
  const unflushed = idsOf(vchan.unflushedSegmentIds, vchan.unflushedSegments);
  const flushed = idsOf(vchan.flushedSegmentIds, vchan.flushedSegments);
  const open = await segmentInfos(world, unflushed, signal);
  const sealed = await segmentInfos(world, flushed, signal);
  const own = (info: data.SegmentInfo) =>
    info.collectionID === vchan.collectionID && info.insertChannel === vchan.channelName;
  const keyField = primaryKeyField(schema).fieldID;
  const loads = new Semaphore(world.settings.ioConcurrency);
  const restore = (info: data.SegmentInfo, kind: SegmentKind) =>
    loads.run(async () => {
      const summaries = await loadSummaries(world, info.ID, info.statslogs, keyField, signal);
      onRestored();
      return restoredSegment(info, kind, summaries);
    });
  const segments = await Promise.all([
    ...open.filter(own).map((info) => restore(info, info.startPosition === undefined ? 'new' : 'normal')),
    ...sealed.filter(own).map((info) => restore(info, 'flushed')),
  ]);
  const filter = new DdFilter({
    collectionID: vchan.collectionID,
    vchannel: vchan.channelName,
    sealed: sealed.map(savedSegment),
    growing: open.map(savedSegment),
    dropped: idsOf(vchan.droppedSegmentIds, vchan.droppedSegments),
  });
  return {
    vchannel: vchan.channelName,
    collectionID: vchan.collectionID,
    schema,
    filter,
    segments,
    buffers: { memory: world.encoder.memory, bytesMax: world.settings.insertBufferBytesMax },
    seekPosition: seekPositionOf(vchan.seekPosition),
  };
}

function idsOf(ids: readonly UniqueID[], legacy: readonly data.SegmentInfo[]): UniqueID[] {
  return [...new Set([...ids, ...legacy.map(({ ID }) => ID)])];
}

function savedSegment({ ID, dmlPosition }: data.SegmentInfo): SavedSegment {
  return { segmentID: ID, dmlTimestamp: dmlPosition?.timestamp ?? 0n };
}

/** A position without a msgID would start nowhere: the log is read from its first message, as without a position. */
function seekPositionOf(position: internal.MsgPosition | undefined): Position | undefined {
  return position === undefined || position.msgID.length === 0 ? undefined : position;
}

/** An id that DataCoord forgot meanwhile fails its whole answer: then each is asked for alone, and that one left out (§14-7). */
async function segmentInfos(
  world: NodeWorld,
  segmentIDs: readonly UniqueID[],
  signal: AbortSignal,
): Promise<data.SegmentInfo[]> {
  const answer = await ask(world, segmentIDs, signal);
  if (!isUnknownSegment(answer)) return infosOf(answer);
  const infos: data.SegmentInfo[] = [];
  for (const segmentID of segmentIDs) {
    const single = await ask(world, [segmentID], signal);
    if (!isUnknownSegment(single)) infos.push(...infosOf(single));
  }
  return infos;
}

function infosOf(answer: data.GetSegmentInfoResponse): data.SegmentInfo[] {
  return checked(answer).infos;
}

async function ask(
  { dataCoord, clock, settings }: NodeWorld,
  segmentIDs: readonly UniqueID[],
  signal: AbortSignal,
): Promise<data.GetSegmentInfoResponse> {
  const base = common.MsgBase.fromPartial({
    msgType: common.MsgType.SegmentInfo,
    timestamp: BigInt(Math.floor(clock.now() / 1000)),
  });
  const request = { base, segmentIDs: [...segmentIDs], includeUnHealthy: true };
  return dataCoord.getSegmentInfo(request, { signal, deadlineMs: settings.callDeadlineMs });
}

function restoredSegment(
  info: data.SegmentInfo,
  kind: SegmentKind,
  summaries: readonly PrimaryKeySummary[],
): Segment {
  return new Segment({
    segmentID: info.ID,
    partitionID: info.partitionID,
    kind,
    startPosition: info.startPosition,
    rows: Number(info.numOfRows),
    summaries,
  });
}
