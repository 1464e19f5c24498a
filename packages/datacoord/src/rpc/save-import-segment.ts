import { Internal } from '@millrace/core';
import { common } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import type { Coordinator } from '../coordinator.ts';
import type { Call } from './call.ts';
import { saveBinlogPaths } from './save-binlog-paths.ts';

const deadlineMs = 15_000;

/**
 * Makes imported logs part of their segment: its channel's node learns of it first and says from where on the channel's rows are newer.
 * Source: spec datacoord §2.27.
 */
export const saveImportSegment: Call<'saveImportSegment'> = (coordinator) => {
  const save = saveBinlogPaths(coordinator);
  return async (request, context) => {
    const { channelName: channel, saveBinlogPathReq: inner } = request;
    const node = coordinator.channels.owner(channel);
    if (node === undefined) throw new Internal(`no DataNode found for channel ${channel}`);
    const [start, ...others] = inner?.startPositions ?? [];
    if (inner === undefined || start?.startPosition === undefined)
      throw new Internal(
        `import segment ${request.segmentId} comes without its logs and their start position: send save_binlog_path_req with one`,
      );
    const msgID = await channelPosition(coordinator, node, request, inner.field2StatslogPaths);
    const startPositions = [{ ...start, startPosition: { ...start.startPosition, msgID } }, ...others];
    return save({ ...inner, startPositions, importing: true }, context);
  };
};

async function channelPosition(
  { nodes }: Coordinator,
  node: bigint,
  request: Parameters<ReturnType<Call<'saveImportSegment'>>>[0],
  statsLog: NonNullable<typeof request.saveBinlogPathReq>['field2StatslogPaths'],
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
