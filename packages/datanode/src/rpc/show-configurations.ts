import type { internal } from '@millrace/proto';
import type { UnaryHandler } from '@millrace/runtime';
import type { NodeState } from '../node-state.ts';
import type { DataNodeSettings } from '../settings.ts';

/** The node's items under `datanode.` whose rest begins with the pattern, in lower case. Source: spec datanode-and-formats §1.5. */
export function showConfigurations(
  state: NodeState,
  settings: DataNodeSettings,
): UnaryHandler<internal.ShowConfigurationsRequest, internal.ShowConfigurationsResponse> {
  return ({ pattern }) => {
    state.requireHealthy();
    const prefix = `datanode.${pattern.toLowerCase()}`;
    return { configuations: items(settings).filter(({ key }) => key.startsWith(prefix)) };
  };
}

function items(settings: DataNodeSettings): { key: string; value: string }[] {
  const values = {
    'datanode.port': settings.port,
    'datanode.segment.insertbufsize': settings.insertBufferBytesMax,
    'datanode.segment.deletebufbytes': settings.deleteBufferBytesMax,
    'datanode.segment.syncperiod': settings.syncPeriodMs / 1000,
    'datanode.datasync.ioconcurrency': settings.ioConcurrency,
    'datanode.timetick.interval': settings.timeTickIntervalMs,
    'datanode.skip.bfstats.load': settings.skipStatsLoad,
  };
  return Object.entries(values).map(([key, value]) => ({ key, value: String(value) }));
}
