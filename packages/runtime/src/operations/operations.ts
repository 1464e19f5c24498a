import type { LogLevel } from '../log.ts';
import { Metrics } from './metrics.ts';

/** `common.StateCode` by name. Source: spec datacoord §1.2. */
export const stateCodes = { Initializing: 0, Healthy: 1, Abnormal: 2, StandBy: 3, Stopping: 4 } as const;
/** State of a role, as GetComponentStates and `/healthz` tell it. */
export type StateCode = (typeof stateCodes)[keyof typeof stateCodes];

/** What a running level is read from and changed in. */
export interface AdjustableLevel {
  level: LogLevel;
}

/** A role of this process and its state: what `/healthz` goes by, and tells as JSON. */
export interface ComponentHealth {
  readonly name: string;
  readonly code: StateCode;
}

/** What an operator can see of a process, and change in it, while it runs. */
export class Operations {
  readonly metrics = new Metrics();
  readonly log: AdjustableLevel;
  private readonly components = new Map<string, () => StateCode>();

  constructor(log: AdjustableLevel) {
    this.log = log;
  }

  /** A role that lives in this process, and how it is. */
  component(name: string, stateCode: () => StateCode): void {
    this.components.set(name, stateCode);
  }

  /** Each role as it is now, in the order they were added. */
  health(): ComponentHealth[] {
    return Array.from(this.components, ([name, code]) => ({ name, code: code() }));
  }
}
