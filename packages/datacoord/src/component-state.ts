import { Unavailable } from '@millrace/core';
import type { stateCodes } from '@millrace/runtime';

export type StateName = keyof typeof stateCodes;

/** Where the server is in its life. */
export class ComponentState {
  readonly role: string;
  state: StateName = 'Initializing';
  /** Known once allocated. */
  nodeID = 0n;
  /** The session key is there. */
  registered = false;

  constructor(role: string) {
    this.role = role;
  }

  /** @throws what `notServing` says unless it is healthy */
  requireHealthy(): void {
    if (this.state !== 'Healthy') throw this.notServing();
  }

  /** The answer of a call that came too early or too late. The misspelling is on the wire. Source: spec datacoord §1.3. */
  notServing(): Unavailable {
    return new Unavailable(
      `role ${this.role}[nodeID: ${this.nodeID}] is not serving, reason: sate code: ${this.state}`,
      { milvusCode: 'NotReadyServe' },
    );
  }
}

/** Calls that answer in every state, or refuse in a way of their own. Source: spec datacoord §1.3. */
const unguarded: readonly string[] = [
  'getComponentStates',
  'getTimeTickChannel',
  'getStatisticsChannel',
  'getStatsChannel',
  'getSegmentInfoChannel',
  'unsetIsImportingState',
  'markSegmentsDropped',
  'checkHealth',
  'getMetrics',
];

/** The handlers, refusing calls until the server is healthy. */
export function guarded<Handlers extends object>(state: ComponentState, handlers: Handlers): Handlers {
  const guardedHandlers: Record<string, unknown> = {};
  for (const [name, handler] of Object.entries(handlers)) {
    guardedHandlers[name] = unguarded.some((open) => open === name)
      ? handler
      : (request: never, context: never) => {
          state.requireHealthy();
          return handler(request, context);
        };
  }
  // Built member by member from the same table, which a type cannot follow.
  return guardedHandlers as Handlers;
}
