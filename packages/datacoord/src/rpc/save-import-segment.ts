import { Invalid, NotFound, segmentStates, Unavailable } from '@millrace/core';
import { common, type data } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import type { Coordinator } from '../coordinator.ts';
import type { Call } from './call.ts';
import { saveBinlogPaths } from './save-binlog-paths.ts';

const deadlineMs = 15_000;

/**
 * Makes imported logs part of their segment: its channel's node learns of it first and says from where on the channel's rows are newer. When
 * the channel changed its node meanwhile, the new one learns of it too. The same call again leaves the same metadata.
 * Source: spec datacoord §2.27.
 */
export const saveImportSegment: Call<'saveImportSegment'> = (coordinator) => {
  const save = saveBinlogPaths(coordinator);
  return async (request, context) => {
    const { channelName: channel, saveBinlogPathReq: inner, segmentId } = request;
    const owner = ownerOf(coordinator, channel);
    const [start, ...others] = inner?.startPositions ?? [];
    if (inner === undefined || start?.startPosition === undefined)
      throw new Invalid(
        `import segment ${segmentId} comes without its logs and their start position: send save_binlog_path_req with one`,
        { milvusCode: 'UnexpectedError' },
      );
    const { timestamp } = start.startPosition;
    const told = await channelPosition(coordinator, owner, request, inner.field2StatslogPaths);
    // The first time counts: from then on deletes have reached the segment.
    const msgID = savedStart(coordinator, segmentId, timestamp) ?? told;
    const startPositions = [{ ...start, startPosition: { ...start.startPosition, msgID } }, ...others];
    const answer = await save({ ...inner, startPositions, importing: true }, context);
    // The original says Success, and the rows of a segment that was dropped count as imported.
    if (coordinator.meta.segments.get(inner.segmentID)?.state === segmentStates.dropped)
      throw new NotFound(
        `import segment ${segmentId} was dropped: its import took too long, or its partition or collection is gone`,
      );
    // Now that it is saved, whoever takes the channel over reads of it.
    for (let last = owner, present = ownerOf(coordinator, channel); present !== last; ) {
      await channelPosition(coordinator, present, request, inner.field2StatslogPaths);
      last = present;
      present = ownerOf(coordinator, channel);
    }
    return answer;
  };
};

function ownerOf({ channels }: Coordinator, channel: string): bigint {
  const node = channels.owner(channel);
  if (node === undefined) throw new Unavailable(`no DataNode found for channel ${channel}`);
  return node;
}

function savedStart({ meta }: Coordinator, segmentID: bigint, timestamp: bigint): Buffer | undefined {
  const saved = meta.segments.get(segmentID)?.startPosition;
  return saved?.timestamp === timestamp && saved.msgID.length > 0 ? saved.msgID : undefined;
}

async function channelPosition(
  { nodes }: Coordinator,
  node: bigint,
  request: data.SaveImportSegmentRequest,
  statsLog: data.FieldBinlog[],
): Promise<Buffer> {
  const base = common.MsgBase.fromPartial({ timestamp: request.base?.timestamp ?? 0n });
  const { segmentId, channelName, collectionId, partitionId, rowNum } = request;
  const answer = checked(
    await nodes
      .calls(node)
      .addImportSegment(
        { base, segmentId, channelName, collectionId, partitionId, rowNum, statsLog },
        { deadlineMs },
      ),
  );
  return answer.channelPos;
}
