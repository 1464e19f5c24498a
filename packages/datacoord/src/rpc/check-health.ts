import { common } from '@millrace/proto';
import { describeError, stateCodes } from '@millrace/runtime';
import type { Coordinator } from '../coordinator.ts';
import type { Call } from './call.ts';

const deadlineMs = 5_000;

/** Asks every DataNode how it is; answers in every state. Source: spec datacoord §2.31. */
export const checkHealth: Call<'checkHealth'> = (coordinator) => async () => {
  const { component, nodes } = coordinator;
  if (component.state !== 'Healthy') {
    const reason = `role ${component.role}[nodeID: ${component.nodeID}] is unhealthy, reason: datacoord is closed`;
    return { status: undefined, isHealthy: false, reasons: [reason] };
  }
  const reasons = (await Promise.all(nodes.ids.map((id) => complaint(coordinator, id)))).flat();
  return { status: undefined, isHealthy: reasons.length === 0, reasons };
};

async function complaint({ nodes }: Coordinator, id: bigint): Promise<string[]> {
  const unhealthy = (reason: string) => [`role datanode[nodeID: ${id}] is unhealthy, reason: ${reason}`];
  try {
    const { status, state } = await nodes.calls(id).getComponentStates({}, { deadlineMs });
    if (status !== undefined && status.errorCode !== common.ErrorCode.Success)
      return unhealthy(`rpc status error: ${status.errorCode}`);
    return state?.stateCode === stateCodes.Healthy
      ? []
      : unhealthy(`node is unhealthy, state code: ${state?.stateCode ?? 'unknown'}`);
  } catch (error) {
    return unhealthy(`inner error: ${describeError(error)}`);
  }
}
