import { Internal } from '@millrace/core';
import type { NodeState } from '../node-state.ts';

/** Answers a call that this node does not do with UnexpectedError, so that its caller gives the work to another node or drops it. */
export function notServed(state: NodeState, what: string): () => never {
  return () => {
    state.requireHealthy();
    throw new Internal(`${what} is not served by this DataNode: give it to one that does`);
  };
}
