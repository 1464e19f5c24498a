import { Internal, isHealthy } from '@millrace/core';
import { common, milvus, statusFromError } from '@millrace/proto';
import { describeError, systemInfoAsked } from '@millrace/runtime';
import type { Coordinator } from '../coordinator.ts';
import type { Call } from './call.ts';

const deadlineMs = 5_000;

/** The coordinator and its DataNodes as RootCoord's quota centre and the SDKs read them: JSON. Source: spec datacoord §2.15, live-cluster §b. */
export const getMetrics: Call<'getMetrics'> = (coordinator) => {
  const { component, nodes } = coordinator;
  return async (request) => {
    const name = `${component.role}${component.nodeID}`;
    try {
      component.requireHealthy();
      systemInfoAsked(request.request);
    } catch (error) {
      // Who refuses is named in every answer.
      return { status: statusFromError(error), componentName: name };
    }
    const connected = await Promise.all(nodes.ids.map((id) => metricsOfNode(coordinator, id)));
    const self = ownMetrics(coordinator, name, await healthyLogBytes(coordinator));
    const response = JSON.stringify({
      cluster: { self, connected_nodes: connected },
      connections: { name, connected_components: [] },
    });
    return { response, componentName: name };
  };
};

async function healthyLogBytes({ storedLogBytes }: Coordinator): Promise<number> {
  let sum = 0;
  for (const [state, bytes] of await storedLogBytes.byState()) if (isHealthy(state)) sum += bytes;
  return sum;
}

function ownMetrics({ component, settings, hardware, address }: Coordinator, name: string, bytes: number) {
  const { cores, cpuPercent, memoryBytes, memoryUsedBytes } = hardware();
  return {
    has_error: false,
    error_reason: '',
    name,
    hardware_infos: {
      ip: address(),
      cpu_core_count: cores,
      cpu_core_usage: cpuPercent,
      memory: memoryBytes,
      memory_usage: memoryUsedBytes,
      disk: 104_857_600,
      disk_usage: 2_097_152,
    },
    system_info: {
      system_version: '',
      deploy_mode: 'DISTRIBUTED',
      build_version: 'millrace',
      build_time: '',
      used_go_version: '',
    },
    created_time: '',
    updated_time: '',
    type: component.role,
    id: Number(component.nodeID),
    system_configurations: { segment_max_size: settings.segmentBytesMax / (1024 * 1024) },
    quota_metrics: { TotalBinlogSize: bytes },
  };
}

/** A node that does not answer is named with its error. */
async function metricsOfNode({ nodes }: Coordinator, id: bigint): Promise<unknown> {
  try {
    const base = common.MsgBase.fromPartial({ msgType: common.MsgType.SystemInfo });
    const asked = milvus.GetMetricsRequest.fromPartial({ base, request: '{"metric_type":"system_info"}' });
    const { status, response } = await nodes.calls(id).getMetrics(asked, { deadlineMs });
    if (status !== undefined && status.errorCode !== common.ErrorCode.Success)
      throw new Internal(status.reason);
    const parsed: unknown = JSON.parse(response);
    return parsed;
  } catch (error) {
    return { has_error: true, error_reason: describeError(error), name: `datanode${id}`, id: Number(id) };
  }
}
