import { Corrupt, type TransitionTable } from '@millrace/core';
import { data } from '@millrace/proto';

/**
 * Where a plan is. `pipelining`: made, and not given to its node yet; `executing`: given; the others are ends. Source: spec datacoord §7.6.
 */
export type CompactionStateName = 'pipelining' | 'executing' | 'completed' | 'failed' | 'timeout';

/** What may become of a plan: one that was given to its node can end in three ways, one that was not only fails. */
export const compactionTransitions: TransitionTable<CompactionStateName> = {
  pipelining: ['executing', 'failed'],
  executing: ['completed', 'failed', 'timeout'],
  completed: [],
  failed: [],
  timeout: [],
};

/** One plan and what became of it. Replaced as a whole. */
export interface CompactionTask {
  /** Who asked: the id that ManualCompaction answers, or one of the coordinator's own. */
  readonly signalID: bigint;
  readonly plan: data.CompactionPlan;
  readonly reason: string;
  readonly collectionID: bigint;
  readonly state: CompactionStateName;
  /** The node it was given to. */
  readonly nodeID: bigint;
  /** Unix milliseconds at which it came into its state. */
  readonly sinceMs: number;
  /** The segment that came of it. */
  readonly target: bigint | undefined;
}

/** Whether the plan still holds its segments: no other plan may take them. */
export function isRunning({ state }: CompactionTask): boolean {
  return state === 'pipelining' || state === 'executing';
}

/** Ids of the segments that the plan rewrites. */
export function sourcesOf({ plan }: CompactionTask): bigint[] {
  return plan.segmentBinlogs.map(({ segmentID }) => segmentID);
}

/** The record under `millrace/compaction/<planID>`: a line of JSON, then the plan's bytes. */
export function encodeCompactionTask({ plan, ...task }: CompactionTask): Uint8Array {
  const head = JSON.stringify(task, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return Buffer.concat([Buffer.from(`${head}\n`), data.CompactionPlan.encode(plan).finish()]);
}

/** @throws Corrupt for bytes that are no such record */
export function decodeCompactionTask(bytes: Uint8Array): CompactionTask {
  const cut = bytes.indexOf(10);
  if (cut < 0) throw new Corrupt('a compaction record has no head: remove it, its segments are planned anew');
  const head: unknown = JSON.parse(Buffer.from(bytes.subarray(0, cut)).toString());
  if (!isHead(head)) throw new Corrupt('a compaction record has a foreign head: remove it');
  return {
    signalID: BigInt(head.signalID),
    plan: data.CompactionPlan.decode(bytes.subarray(cut + 1)),
    reason: head.reason,
    collectionID: BigInt(head.collectionID),
    state: head.state,
    nodeID: BigInt(head.nodeID),
    sinceMs: head.sinceMs,
    target: head.target === undefined ? undefined : BigInt(head.target),
  };
}

interface Head {
  readonly signalID: string;
  readonly reason: string;
  readonly collectionID: string;
  readonly state: CompactionStateName;
  readonly nodeID: string;
  readonly sinceMs: number;
  readonly target?: string;
}

function isHead(value: unknown): value is Head {
  if (typeof value !== 'object' || value === null) return false;
  if (!('signalID' in value && 'collectionID' in value && 'nodeID' in value && 'state' in value))
    return false;
  return (
    [value.signalID, value.collectionID, value.nodeID].every(
      (id) => typeof id === 'string' && /^-?\d+$/.test(id),
    ) &&
    typeof value.state === 'string' &&
    Object.hasOwn(compactionTransitions, value.state)
  );
}
