import type { UniqueID } from '@millrace/core';
import type { schema } from '@millrace/proto';
import type { NodeWorld } from '../node-world.ts';
import { persist } from '../sync/persist.ts';

/** What one plan works with. */
export interface PlanWorld {
  readonly node: NodeWorld;
  readonly collectionID: UniqueID;
  readonly schema: schema.CollectionSchema;
  /** Aborts with the plan: its deadline, its channel or its node. */
  readonly signal: AbortSignal;
  /** Time the whole plan may take. */
  readonly timeoutMs: number;
}

/** Repeats an access to store or coordinator until it succeeds, is hopeless, or the plan ends. */
export function insist<T>(
  { node, signal, timeoutMs }: PlanWorld,
  attempt: () => Promise<T>,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<T> {
  return persist(node, timeoutMs, signal, attempt, { isFinal });
}
