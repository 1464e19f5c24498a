import { milvus } from '@millrace/proto';
import { stateCodes } from '@millrace/runtime';
import type { ComponentState } from '../component-state.ts';

/** Answers in every state. The node id is -1 until the session is registered. Source: spec datacoord §1.2. */
export const getComponentStates = (component: ComponentState) => () => ({
  state: milvus.ComponentInfo.fromPartial({
    nodeID: component.registered ? component.nodeID : -1n,
    role: component.role,
    stateCode: stateCodes[component.state],
  }),
});
