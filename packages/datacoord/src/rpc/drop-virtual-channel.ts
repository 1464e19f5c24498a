import { segmentStates } from '@millrace/core';
import type { data } from '@millrace/proto';
import { withSavedPaths } from '../meta/save-binlog-paths.ts';
import { removedMark } from '../recovery/channel-marks.ts';
import type { Call } from './call.ts';
import { checkOwner } from './save-binlog-paths.ts';

/**
 * Drops all segments of a channel whose collection was dropped, and gives the channel up. The mark that the channel is going is written
 * first, so that a restart completes what a crash cut short. Source: spec datacoord §2.11.
 */
export const dropVirtualChannel: Call<'dropVirtualChannel'> = (coordinator) => async (request) => {
  const { channelName: channel } = request;
  checkOwner(coordinator, channel, request.base?.sourceID ?? 0n);
  const nowNs = BigInt(Math.trunc(coordinator.clock.now())) * 1_000_000n;
  await coordinator.commit([
    { put: coordinator.keys.key.channelRemoval({ vchannel: channel }), value: Buffer.from(removedMark) },
  ]);
  const reported = new Map(request.segments.map((segment) => [segment.segmentID, segment]));
  await Promise.all(
    coordinator.meta.segments.ofChannel(channel).map(async ({ id }) => {
      await coordinator.meta.change(id, (present) => {
        if (present.state === segmentStates.dropped) return present;
        const last = reported.get(id);
        const started =
          last?.startPosition === undefined ? present : present.with({ startPosition: last.startPosition });
        return withSavedPaths(started, {
          ...lastLogs(last),
          flushed: false,
          dropped: true,
          importing: false,
          reportedRows: 0,
          nowNs,
        });
      });
      coordinator.lifecycle.close(id);
    }),
  );
  coordinator.channels.drop(channel);
  return {};
};

function lastLogs(last: data.DropVirtualChannelSegment | undefined) {
  return {
    insert: last?.field2BinlogPaths ?? [],
    stats: last?.field2StatslogPaths ?? [],
    delta: last?.deltalogs ?? [],
    checkpoint:
      last?.checkPoint === undefined
        ? undefined
        : { position: last.checkPoint, rows: Number(last.numOfRows) },
  };
}
