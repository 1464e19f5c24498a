import { Unavailable, type UniqueID } from '@millrace/core';
import { common } from '@millrace/proto';

const codes = {
  initializing: common.StateCode.Initializing,
  healthy: common.StateCode.Healthy,
  abnormal: common.StateCode.Abnormal,
  stopping: common.StateCode.Stopping,
} as const;
const words = {
  initializing: 'Initializing',
  healthy: 'Healthy',
  abnormal: 'Abnormal',
  stopping: 'Stopping',
} as const;

/** `initializing` until what there is has been recovered; `abnormal` once it failed, `stopping` once it was asked to end. */
export type HealthState = keyof typeof codes;

/** The component's state, as `GetComponentStates` tells it and as other calls are refused by it. */
export class Health {
  readonly serverID: UniqueID;
  state: HealthState = 'initializing';

  constructor(serverID: UniqueID) {
    this.serverID = serverID;
  }

  get code(): common.StateCode {
    return codes[this.state];
  }

  get isHealthy(): boolean {
    return this.state === 'healthy';
  }

  /** Throws the answer of a component that does not serve; clients know it by its code. Spelling as in the original. */
  requireHealthy(): void {
    if (this.isHealthy) return;
    throw new Unavailable(
      `role rootcoord[nodeID: ${this.serverID}] is not serving, reason: sate code: ${words[this.state]}`,
      { milvusCode: 'NotReadyServe' },
    );
  }
}
