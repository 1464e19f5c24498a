import { milvus } from '@millrace/proto';
import type { Call } from './call.ts';

/** The Milvus whose wire this is: clients choose their dialect by it. */
export const getVersion: Call<'getVersion'> = () => () => ({ version: '2.2.8' });

export const checkHealth: Call<'checkHealth'> =
  (parts) =>
  async (_request, { signal }) => {
    const reasons: string[] = [];
    for (const [role, ask] of [
      ['rootcoord', parts.rootCoord.getComponentStates],
      ['datacoord', parts.dataCoord.getComponentStates],
    ] as const) {
      try {
        const { state } = await ask({}, { signal, deadlineMs: 3_000 });
        if (state?.stateCode !== healthy)
          reasons.push(`${role} is unhealthy, state code: ${state?.stateCode}`);
      } catch (error) {
        reasons.push(`${role} does not answer: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return { isHealthy: reasons.length === 0, reasons };
  };

/** common.StateCode. */
const healthy = 1;

export const getComponentStates: Call<'getComponentStates'> = (parts) => () => ({
  state: milvus.ComponentInfo.fromPartial({ nodeID: parts.serverID, role: 'proxy', stateCode: healthy }),
});
