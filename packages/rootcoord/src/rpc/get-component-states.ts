import { milvus } from '@millrace/proto';
import type { Health } from '../health.ts';

export function getComponentStates({ serverID, code }: Health): Partial<milvus.ComponentStates> {
  const state = milvus.ComponentInfo.fromPartial({ nodeID: serverID, role: 'rootcoord', stateCode: code });
  return { state };
}
