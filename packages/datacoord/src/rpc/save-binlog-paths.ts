import { Fenced, isHealthy, NotFound, segmentStates } from '@millrace/core';
import type { data } from '@millrace/proto';
import { inheritDeltas } from '../compaction/inherit-deltas.ts';
import type { Coordinator } from '../coordinator.ts';
import { withSavedPaths } from '../meta/save-binlog-paths.ts';
import type { Segment } from '../meta/segment.ts';
import { isOpen } from '../segments/open-segment.ts';
import type { Call } from './call.ts';

/**
 * Makes uploaded logs part of a segment. Only the owner of its channel may; the same call twice leaves the same bytes. For a dropped segment
 * there is nothing to save, but for deletes that concern what it was compacted into.
 * Source: spec datacoord §2.10, §6.6.
 */
export const saveBinlogPaths: Call<'saveBinlogPaths'> =
  (coordinator) =>
  async (request, { signal }) => {
    const segment = coordinator.meta.segments.get(request.segmentID);
    if (segment !== undefined && segment.state === segmentStates.dropped) {
      await saveForHeir(coordinator, segment, request, signal);
      return {};
    }
    if (segment === undefined || !isHealthy(segment.state)) {
      throw new NotFound(`failed to get segment ${request.segmentID}`, { milvusCode: 'SegmentNotFound' });
    }
    if (!request.importing) checkOwner(coordinator, segment.channel, request.base?.sourceID ?? 0n);
    await saveStartPositions(coordinator, request);
    const saved = await coordinator.meta.change(request.segmentID, (present) =>
      apply(coordinator, present, request),
    );
    if (saved.state === segmentStates.dropped && !request.dropped)
      await saveForHeir(coordinator, saved, request, signal);
    if (!isOpen(saved)) {
      coordinator.lifecycle.close(saved.id);
      // A segment of an import is nobody's to read before RootCoord says so.
      if (request.flushed && !saved.isImporting && saved.state === segmentStates.flushed)
        coordinator.compactor.flushed(saved.id);
    }
    return {};
  };

/** Any node is told Success, as by the original; what a node says that does not own the channel counts for nothing. */
async function saveForHeir(
  coordinator: Coordinator,
  segment: Segment,
  request: data.SaveBinlogPathsRequest,
  signal: AbortSignal,
): Promise<void> {
  if (coordinator.channels.owner(segment.channel) !== request.base?.sourceID) return;
  await inheritDeltas(coordinator, segment, request.deltalogs, signal);
}

/** Throws what a DataNode takes for "not mine any more". */
export function checkOwner(coordinator: Coordinator, channel: string, nodeID: bigint): void {
  if (coordinator.channels.owner(channel) !== nodeID) {
    throw new Fenced(`channel ${channel} is not watched on node ${nodeID}`, { milvusCode: 'MetaFailed' });
  }
}

function apply(coordinator: Coordinator, present: Segment, request: data.SaveBinlogPathsRequest): Segment {
  if (present.state === segmentStates.dropped) return present;
  const checkpoint = request.checkPoints.find(({ segmentID }) => segmentID === request.segmentID);
  const own = request.startPositions.find(({ segmentID }) => segmentID === request.segmentID)?.startPosition;
  const started = own !== undefined && own.msgID.length > 0 ? present.with({ startPosition: own }) : present;
  return withSavedPaths(started, {
    insert: request.field2BinlogPaths,
    stats: request.field2StatslogPaths,
    delta: request.deltalogs,
    checkpoint:
      checkpoint?.position === undefined
        ? undefined
        : { position: checkpoint.position, rows: Number(checkpoint.numOfRows) },
    flushed: request.flushed && present.state !== segmentStates.flushed,
    dropped: request.dropped,
    importing: request.importing,
    reportedRows: present.rows,
    nowNs: BigInt(Math.trunc(coordinator.clock.now())) * 1_000_000n,
  });
}

/** A DataNode reports the start of every segment of its channel that is new to it, not only of the one it saves. */
async function saveStartPositions(
  coordinator: Coordinator,
  request: data.SaveBinlogPathsRequest,
): Promise<void> {
  const others = request.startPositions.filter(({ segmentID }) => segmentID !== request.segmentID);
  await Promise.all(
    others.map(async ({ segmentID, startPosition }) => {
      const segment = coordinator.meta.segments.get(segmentID);
      if (startPosition === undefined || startPosition.msgID.length === 0) return;
      if (segment === undefined || !isHealthy(segment.state)) return;
      await coordinator.meta.change(segmentID, (present) =>
        samePosition(present.startPosition, startPosition) ? present : present.with({ startPosition }),
      );
    }),
  );
}

function samePosition(a: Segment['startPosition'], b: Segment['startPosition']): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.timestamp === b.timestamp &&
    Buffer.compare(a.msgID, b.msgID) === 0
  );
}
