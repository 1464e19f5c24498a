import { legacy } from '@millrace/proto';
import type { StateName } from '../node-state.ts';
import type { OldApiHandlers, OldApiParts } from './old-api.ts';

const codes = {
  initializing: legacy.StateCode.INITIALIZING,
  healthy: legacy.StateCode.HEALTHY,
  abnormal: legacy.StateCode.ABNORMAL,
} as const satisfies Record<StateName, legacy.StateCode>;

/** Node id, role and state; answered in every state. */
export function getComponentStates({
  node,
  nodeID,
}: OldApiParts): NonNullable<OldApiHandlers['getComponentStates']> {
  return () => ({
    state: { nodeID, role: 'datanode', stateCode: codes[node.state.state], extraInfo: [] },
  });
}
