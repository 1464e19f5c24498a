import type { UniqueID } from '@millrace/core';
import { type ImportTask, isOver } from './import-task.ts';

export interface ImportLimits {
  /** From its start to the moment its rows are seen. Milvus: `rootCoord.importTaskExpiration`. */
  readonly expirationMs: number;
  /** How long what came of a task is remembered. Milvus: `rootCoord.importTaskRetention`. */
  readonly retentionMs: number;
}

/** What a task needs next, and why. */
export type ImportStep =
  | { readonly type: 'send' }
  | { readonly type: 'show' }
  | { readonly type: 'clean' }
  | { readonly type: 'forget' }
  | { readonly type: 'fail'; readonly reason: string }
  | { readonly type: 'wait' };

const wait: ImportStep = { type: 'wait' };

/** Pure. Source: spec datacoord §9.1. @param nodes server ids of the DataNodes that live, undefined while nobody knows them */
export function nextStep(
  task: ImportTask,
  nodes: ReadonlySet<UniqueID> | undefined,
  limits: ImportLimits,
  nowMs: number,
): ImportStep {
  if (isOver(task)) return nowMs - task.createdMs > limits.retentionMs ? { type: 'forget' } : wait;
  const isLate = task.startedMs > 0 && nowMs - task.startedMs > limits.expirationMs;
  const late = `the import took longer than ${limits.expirationMs / 1000} s: import fewer rows at a time`;
  switch (task.state) {
    case 'pending':
      return { type: 'send' };
    case 'started':
      if (isLate) return { type: 'fail', reason: late };
      if (task.nodeID !== 0n && nodes !== undefined && !nodes.has(task.nodeID))
        return {
          type: 'fail',
          reason: `DataNode ${task.nodeID}, which did the import, is gone: import again`,
        };
      return wait;
    case 'persisted':
      return isLate ? { type: 'fail', reason: late } : { type: 'show' };
    case 'failed':
      return { type: 'clean' };
    case 'completed':
    case 'failed-and-cleaned':
      return wait;
  }
}
