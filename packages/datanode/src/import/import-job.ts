import { isTransient, type Timestamp, Unavailable, type UniqueID } from '@millrace/core';
import { common, type data } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import type { NodeWorld } from '../node-world.ts';
import { persist } from '../sync/persist.ts';
import type { ImportSchema } from './import-fields.ts';
import type { ImportMemory } from './import-memory.ts';

/** What one import works with. */
export interface ImportJob {
  readonly node: NodeWorld;
  readonly task: data.ImportTask;
  readonly schema: ImportSchema;
  /** Of all its rows. */
  readonly timestamp: Timestamp;
  readonly memory: ImportMemory;
  /** Aborts with the import: its deadline, or its node. */
  readonly signal: AbortSignal;
}

export type ImportRun = Pick<ImportJob, 'node' | 'signal'>;

/** Repeats an access to store or coordinator until it succeeds, is hopeless, or the import ends. */
export function insist<T>({ node, signal }: ImportRun, attempt: () => Promise<T>): Promise<T> {
  return persist(node, node.settings.importDeadlineMs, signal, attempt, {
    isFinal: (error) => !isTransient(error),
  });
}

export function callOptions({ node, signal }: ImportRun) {
  return { signal, deadlineMs: node.settings.callDeadlineMs };
}

/** First id of a consecutive block of RootCoord's. */
export function allocateIDs(run: ImportRun, count: number): Promise<UniqueID> {
  const { rootCoord, nodeID } = run.node;
  const base = common.MsgBase.fromPartial({ msgType: common.MsgType.RequestID, sourceID: nodeID });
  return insist(run, async () => {
    const answer = checked(await rootCoord.allocId({ base, count }, callOptions(run)));
    if (answer.count < count) throw new Unavailable(`asked for ${count} ids, got ${answer.count}`);
    return answer.ID;
  });
}
