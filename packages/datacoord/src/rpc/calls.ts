import type { data } from '@millrace/proto';
import type { HandlersOf } from '@millrace/runtime';
import { type ComponentState, guarded } from '../component-state.ts';
import type { Coordinator } from '../coordinator.ts';
import { acquireSegmentLock } from './acquire-segment-lock.ts';
import { assignSegmentID } from './assign-segment-id.ts';
import { broadcastAlteredCollection } from './broadcast-altered-collection.ts';
import { checkHealth } from './check-health.ts';
import { completeCompaction } from './complete-compaction.ts';
import { dropVirtualChannel } from './drop-virtual-channel.ts';
import { flush } from './flush.ts';
import { gcConfirm } from './gc-confirm.ts';
import { getCollectionStatistics } from './get-collection-statistics.ts';
import { getCompactionState } from './get-compaction-state.ts';
import { getCompactionStateWithPlans } from './get-compaction-state-with-plans.ts';
import { getComponentStates } from './get-component-states.ts';
import { getFlushAllState } from './get-flush-all-state.ts';
import { getFlushState } from './get-flush-state.ts';
import { getFlushedSegments } from './get-flushed-segments.ts';
import { getInsertBinlogPaths } from './get-insert-binlog-paths.ts';
import { getMetrics } from './get-metrics.ts';
import { getPartitionStatistics } from './get-partition-statistics.ts';
import { getRecoveryInfo } from './get-recovery-info.ts';
import { getRecoveryInfoV2 } from './get-recovery-info-v2.ts';
import { getSegmentInfo } from './get-segment-info.ts';
import { getSegmentStates } from './get-segment-states.ts';
import { getSegmentsByStates } from './get-segments-by-states.ts';
import { importFiles } from './import.ts';
import { getSegmentInfoChannel, getStatisticsChannel, getTimeTickChannel } from './legacy-channels.ts';
import { listSegmentsInfo } from './list-segments-info.ts';
import { manualCompaction } from './manual-compaction.ts';
import { markSegmentsDropped } from './mark-segments-dropped.ts';
import { releaseSegmentLock } from './release-segment-lock.ts';
import { saveBinlogPaths } from './save-binlog-paths.ts';
import { saveImportSegment } from './save-import-segment.ts';
import { setSegmentState } from './set-segment-state.ts';
import { showConfigurations } from './show-configurations.ts';
import { unsetIsImportingState } from './unset-is-importing-state.ts';
import { updateChannelCheckpoint } from './update-channel-checkpoint.ts';
import { updateSegmentStatistics } from './update-segment-statistics.ts';
import { watchChannels } from './watch-channels.ts';

/** Every call that is served, over a coordinator that exists as soon as the server is healthy. */
export function dataCoordCalls(
  component: ComponentState,
  coordinator: Coordinator,
): HandlersOf<typeof data.DataCoordService> {
  return guarded(component, {
    getComponentStates: getComponentStates(component),
    getTimeTickChannel: getTimeTickChannel(coordinator),
    getStatisticsChannel: getStatisticsChannel(coordinator),
    getSegmentInfoChannel: getSegmentInfoChannel(coordinator),
    flush: flush(coordinator),
    assignSegmentId: assignSegmentID(coordinator),
    getSegmentStates: getSegmentStates(coordinator),
    getInsertBinlogPaths: getInsertBinlogPaths(coordinator),
    getCollectionStatistics: getCollectionStatistics(coordinator),
    getPartitionStatistics: getPartitionStatistics(coordinator),
    getSegmentInfo: getSegmentInfo(coordinator),
    listSegmentsInfo: listSegmentsInfo(coordinator),
    getRecoveryInfo: getRecoveryInfo(coordinator),
    getRecoveryInfoV2: getRecoveryInfoV2(coordinator),
    saveBinlogPaths: saveBinlogPaths(coordinator),
    getFlushedSegments: getFlushedSegments(coordinator),
    getSegmentsByStates: getSegmentsByStates(coordinator),
    watchChannels: watchChannels(coordinator),
    getFlushState: getFlushState(coordinator),
    dropVirtualChannel: dropVirtualChannel(coordinator),
    updateChannelCheckpoint: updateChannelCheckpoint(coordinator),
    gcConfirm: gcConfirm(coordinator),
    manualCompaction: manualCompaction(coordinator),
    getCompactionState: getCompactionState(coordinator),
    getCompactionStateWithPlans: getCompactionStateWithPlans(coordinator),
    completeCompaction: completeCompaction(coordinator),
    acquireSegmentLock: acquireSegmentLock(coordinator),
    releaseSegmentLock: releaseSegmentLock(coordinator),
    unsetIsImportingState: unsetIsImportingState(coordinator),
    markSegmentsDropped: markSegmentsDropped(coordinator),
    setSegmentState: setSegmentState(coordinator),
    broadcastAlteredCollection: broadcastAlteredCollection(coordinator),
    updateSegmentStatistics: updateSegmentStatistics(coordinator),
    showConfigurations: showConfigurations(coordinator),
    getFlushAllState: getFlushAllState(coordinator),
    checkHealth: checkHealth(coordinator),
    import: importFiles(coordinator),
    saveImportSegment: saveImportSegment(coordinator),
    getMetrics: getMetrics(coordinator),
  });
}
