import { Invalid } from '@millrace/core';
import type { milvus } from '@millrace/proto';
import { metricTypeOf, type ReadHardware, systemInfoAsked, type UnaryHandler } from '@millrace/runtime';
import type { NodeState } from '../node-state.ts';
import type { ChannelPipeline } from '../pipeline/channel-pipeline.ts';
import type { DataNodeSettings } from '../settings.ts';

/** The node as DataCoord puts it into its topology: JSON. Source: spec datanode-and-formats §1.8, live-cluster §b. */
export function getMetrics(
  state: NodeState,
  settings: DataNodeSettings,
  hardware: ReadHardware,
  channels: () => readonly ChannelPipeline[],
): UnaryHandler<milvus.GetMetricsRequest, milvus.GetMetricsResponse> {
  return ({ request }) => {
    state.requireHealthy();
    mustDecode(request, state.nodeID);
    systemInfoAsked(request);
    const name = `datanode${state.nodeID}`;
    const { cores, cpuPercent, memoryBytes, memoryUsedBytes } = hardware();
    const hardwareInfos = {
      ip: `${settings.advertisedHost}:${settings.port}`,
      cpu_core_count: cores,
      cpu_core_usage: cpuPercent,
      memory: memoryBytes,
      memory_usage: memoryUsedBytes,
      disk: 104_857_600,
      disk_usage: 2_097_152,
    };
    const slowest = slowestOf(channels());
    const metrics = {
      has_error: false,
      error_reason: '',
      name,
      hardware_infos: hardwareInfos,
      system_info: {
        system_version: '',
        deploy_mode: 'DISTRIBUTED',
        build_version: 'millrace',
        build_time: '',
        used_go_version: '',
      },
      created_time: '',
      updated_time: '',
      type: 'datanode',
      id: Number(state.nodeID),
      system_configurations: { flush_insert_buffer_size: settings.insertBufferBytesMax },
      quota_metrics: {
        Hms: hardwareInfos,
        Rms: [
          { Label: 'InsertConsumeThroughput', Rate: 0 },
          { Label: 'DeleteConsumeThroughput', Rate: 0 },
        ],
        Fgm: {
          MinFlowGraphChannel: slowest?.vchannel ?? '',
          MinFlowGraphTt: Number(slowest?.tick ?? 0n),
          NumFlowGraph: channels().length,
        },
      },
    };
    return { response: JSON.stringify(metrics), componentName: name };
  };
}

/** The channel whose last pack is the oldest: RootCoord slows writers down by it. */
function slowestOf(channels: readonly ChannelPipeline[]): ChannelPipeline | undefined {
  return channels.reduce<ChannelPipeline | undefined>(
    (slowest, channel) => ((channel.tick ?? 0n) < (slowest?.tick ?? 2n ** 63n) ? channel : slowest),
    undefined,
  );
}

/** What the original says of a request it cannot read; of one for something else it says what a DataCoord does. */
function mustDecode(request: string, nodeID: bigint): void {
  try {
    metricTypeOf(request);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Invalid(`datanode GetMetrics failed, nodeID=${nodeID}, err=${reason}`, {
      cause,
      milvusCode: 'UnexpectedError',
    });
  }
}
