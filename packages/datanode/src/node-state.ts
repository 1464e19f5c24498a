import { Unavailable, type UniqueID } from '@millrace/core';
import { common } from '@millrace/proto';

export type StateName = 'initializing' | 'healthy' | 'abnormal';

const codes = {
  initializing: common.StateCode.Initializing,
  healthy: common.StateCode.Healthy,
  abnormal: common.StateCode.Abnormal,
} as const satisfies Record<StateName, common.StateCode>;

/** Whether the node serves. Healthy from the moment its session may be published, abnormal once it stops. */
export class NodeState {
  state: StateName = 'initializing';
  /** -1 until the session is registered. Source: spec datanode-and-formats §1.5. */
  nodeID: UniqueID = -1n;

  get code(): common.StateCode {
    return codes[this.state];
  }

  /** @throws Unavailable with the original's code and text when the node does not serve. Source: spec datanode-and-formats §1.4 */
  requireHealthy(): void {
    if (this.state === 'healthy') return;
    const name = this.state === 'initializing' ? 'Initializing' : 'Abnormal';
    // The misspelling is on the wire; callers compare the text.
    throw new Unavailable(`role datanode[nodeID: 0] is not serving, reason: sate code: ${name}`, {
      milvusCode: 'NotReadyServe',
    });
  }
}
