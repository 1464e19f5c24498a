import { dataService } from '@millrace/proto';
import type { RpcServer } from '@millrace/runtime';
import { guarded } from '../component-state.ts';
import type { Coordinator } from '../coordinator.ts';
import { assignSegmentID } from './assign-segment-id.ts';
import type { DataServiceHandlers } from './call.ts';
import {
  getSegmentInfoChannel,
  getStatisticsChannel,
  getStatsChannel,
  getTimeTickChannel,
} from './channels.ts';
import { flush } from './flush.ts';
import { getComponentStates } from './get-component-states.ts';
import { getInsertBinlogPaths } from './get-insert-binlog-paths.ts';
import { getInsertChannels } from './get-insert-channels.ts';
import { getSegmentInfo } from './get-segment-info.ts';
import { getSegmentStates } from './get-segment-states.ts';
import { OldNodes } from './old-nodes.ts';
import { registerNode } from './register-node.ts';
import { showSegments } from './show-segments.ts';
import { getCollectionStatistics, getCount, getPartitionStatistics } from './statistics.ts';

/** Every call of the older Data Service, over the state of today's coordinator. */
export function dataServiceCalls(coordinator: Coordinator, nodes: OldNodes): DataServiceHandlers {
  return guarded(coordinator.component, {
    registerNode: registerNode(nodes),
    flush: flush(coordinator),
    assignSegmentId: assignSegmentID(coordinator),
    showSegments: showSegments(coordinator),
    getSegmentStates: getSegmentStates(coordinator),
    getInsertBinlogPaths: getInsertBinlogPaths(coordinator),
    getInsertChannels: getInsertChannels(coordinator),
    getCollectionStatistics: getCollectionStatistics(coordinator),
    getPartitionStatistics: getPartitionStatistics(coordinator),
    getComponentStates: getComponentStates(coordinator),
    getTimeTickChannel: getTimeTickChannel(coordinator),
    getStatisticsChannel: getStatisticsChannel(coordinator),
    getStatsChannel: getStatsChannel(coordinator),
    getSegmentInfoChannel: getSegmentInfoChannel(coordinator),
    getSegmentInfo: getSegmentInfo(coordinator),
    getCount: getCount(coordinator),
  });
}

/** Serves the older Data Service beside today's. Load the nodes it returns before the first channel is assigned. */
export function serveDataService(server: RpcServer, coordinator: Coordinator): OldNodes {
  const nodes = new OldNodes(coordinator);
  server.add(dataService.DataServiceService, dataServiceCalls(coordinator, nodes));
  return nodes;
}
