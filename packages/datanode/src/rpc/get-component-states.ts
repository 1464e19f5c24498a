import type { milvus } from '@millrace/proto';
import type { UnaryHandler } from '@millrace/runtime';
import type { NodeState } from '../node-state.ts';

/** Node id, role and state; answered in every state. Source: spec datanode-and-formats §1.5. */
export function getComponentStates(
  state: NodeState,
): UnaryHandler<milvus.GetComponentStatesRequest, milvus.ComponentStates> {
  return () => ({
    state: { nodeID: state.nodeID, role: 'datanode', stateCode: state.code, extraInfo: [] },
  });
}
