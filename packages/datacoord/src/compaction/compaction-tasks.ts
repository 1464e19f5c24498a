import { type Clock, transition } from '@millrace/core';
import {
  type CompactionStateName,
  type CompactionTask,
  compactionTransitions,
  decodeCompactionTask,
  encodeCompactionTask,
  isRunning,
  type MetaKeys,
  type MetaStore,
  scan,
  sourcesOf,
} from '@millrace/metastore';
import type { Commit } from '../meta/meta.ts';

/** Ended plans that GetCompactionState can still tell of. */
const endedMax = 1_000;

/** All plans, running and lately ended: in memory what the store holds, so that a restarted coordinator goes on with them. */
export class CompactionTasks {
  private readonly byPlan = new Map<bigint, CompactionTask>();
  private readonly compacting = new Set<bigint>();
  private readonly keys: MetaKeys;
  private readonly commit: Commit;
  private readonly clock: Clock;

  constructor(parts: { readonly keys: MetaKeys; readonly commit: Commit; readonly clock: Clock }) {
    this.keys = parts.keys;
    this.commit = parts.commit;
    this.clock = parts.clock;
  }

  /** What recovery finds; writes nothing. */
  async load(store: MetaStore): Promise<void> {
    for await (const page of scan(store, { prefix: this.keys.prefix.compactionPlans() })) {
      for (const { value } of page.kvs) this.set(decodeCompactionTask(value));
    }
  }

  all(): readonly CompactionTask[] {
    return [...this.byPlan.values()];
  }

  running(): readonly CompactionTask[] {
    return this.all().filter(isRunning);
  }

  get(planID: bigint): CompactionTask | undefined {
    return this.byPlan.get(planID);
  }

  /** Whether some running plan has the segment. */
  isCompacting(segmentID: bigint): boolean {
    return this.compacting.has(segmentID);
  }

  async add(task: Omit<CompactionTask, 'sinceMs'>): Promise<CompactionTask> {
    const added = { ...task, sinceMs: this.clock.now() };
    // Taken at once: nobody plans the segments a second time while this is being written.
    this.set(added);
    try {
      await this.commit([{ put: this.keyOf(added), value: encodeCompactionTask(added) }]);
    } catch (error) {
      this.byPlan.delete(added.plan.planID);
      for (const id of sourcesOf(added)) this.compacting.delete(id);
      throw error;
    }
    return added;
  }

  async move(
    task: CompactionTask,
    to: CompactionStateName,
    changes: Partial<Pick<CompactionTask, 'nodeID' | 'plan' | 'target'>> = {},
  ): Promise<CompactionTask> {
    const state = transition(compactionTransitions, `plan ${task.plan.planID}`, task.state, to);
    const moved = { ...task, ...changes, state, sinceMs: this.clock.now() };
    const forgotten = isRunning(moved) ? [] : this.tooMany();
    await this.commit([
      { put: this.keyOf(moved), value: encodeCompactionTask(moved) },
      ...forgotten.map((old) => ({ delete: this.keyOf(old) })),
    ]);
    this.set(moved);
    for (const { plan } of forgotten) this.byPlan.delete(plan.planID);
    return moved;
  }

  private tooMany(): readonly CompactionTask[] {
    const ended = this.all().filter((task) => !isRunning(task));
    return ended.slice(0, Math.max(0, ended.length + 1 - endedMax));
  }

  private set(task: CompactionTask): void {
    this.byPlan.set(task.plan.planID, task);
    for (const id of sourcesOf(task)) {
      if (isRunning(task)) this.compacting.add(id);
      else this.compacting.delete(id);
    }
  }

  private keyOf({ plan }: CompactionTask): string {
    return this.keys.key.compactionPlan({ planID: plan.planID });
  }
}
