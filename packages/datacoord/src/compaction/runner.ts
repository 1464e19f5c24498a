import { type Clock, Conflict, KeyedSerial, type Logger, NotFound } from '@millrace/core';
import { type CompactionTask, sourcesOf } from '@millrace/metastore';
import { common, data } from '@millrace/proto';
import { checked, describeError } from '@millrace/runtime';
import type { ObjectStore } from '@millrace/storage';
import type { ChannelManager } from '../channels/channel-manager.ts';
import type { DataNodes } from '../channels/data-nodes.ts';
import type { CoordinatorMeter } from '../coordinator-meter.ts';
import type { Meta } from '../meta/meta.ts';
import { segmentInfo } from '../meta/segment.ts';
import type { HybridClock } from '../segments/hybrid-clock.ts';
import { carryDeltas } from './carried-deltas.ts';
import type { CompactionTasks } from './compaction-tasks.ts';
import type { CompactionSettings } from './planner.ts';
import { swapFor } from './swap.ts';

export interface RunnerParts {
  readonly meta: Meta;
  readonly tasks: CompactionTasks;
  readonly channels: ChannelManager;
  readonly nodes: DataNodes;
  readonly objects: ObjectStore;
  readonly hybridClock: HybridClock;
  readonly meter: CoordinatorMeter;
  readonly clock: Clock;
  readonly log: Logger;
  readonly objectRoot: string;
  readonly settings: CompactionSettings;
}

const callDeadlineMs = 10_000;
/** A node that took a plan this lately may not list it yet. */
const listedAfterMs = 5_000;

/** Gives plans to their nodes and puts what comes of them into the metadata. Every step is one that a restart goes on from. Source: spec datacoord §7.6. */
export class CompactionRunner {
  private readonly parts: RunnerParts;
  private readonly serial = new KeyedSerial<bigint>();

  constructor(parts: RunnerParts) {
    this.parts = parts;
  }

  /** Gives out what waits, as far as the nodes have room. */
  async dispatch(): Promise<void> {
    const { tasks, channels, settings } = this.parts;
    for (const task of tasks.running()) {
      if (task.state !== 'pipelining') continue;
      const node = channels.owner(task.plan.channel);
      if (node === undefined) continue;
      const busy = tasks.running().filter(({ state, nodeID }) => state === 'executing' && nodeID === node);
      if (busy.length < settings.plansPerNode) await this.start(task, node);
    }
  }

  private async start(task: CompactionTask, nodeID: bigint): Promise<void> {
    const { tasks, nodes, hybridClock, log } = this.parts;
    const { planID } = task.plan;
    const plan = { ...task.plan, startTime: await hybridClock.exact() };
    // Recorded first: a coordinator that dies behind the call finds the plan again.
    const executing = await tasks.move(task, 'executing', { nodeID, plan });
    try {
      const status = await nodes.calls(nodeID).compaction(plan, { deadlineMs: callDeadlineMs });
      if (status.errorCode === common.ErrorCode.Success) return;
      log.warn({ planID, nodeID, reason: status.reason }, 'compaction refused');
      await tasks.move(executing, 'failed');
    } catch (error) {
      // Whether it arrived shows when the node is asked.
      log.warn({ planID, nodeID, error: describeError(error) }, 'compaction not answered');
    }
  }

  /** Asks the nodes what became of their plans. */
  async check(signal: AbortSignal): Promise<void> {
    const executing = this.parts.tasks.running().filter(({ state }) => state === 'executing');
    const nodeIDs = new Set(executing.map(({ nodeID }) => nodeID));
    await Promise.all(
      [...nodeIDs].map(async (nodeID) => {
        const reported = await this.ask(nodeID);
        for (const task of executing) {
          if (task.nodeID !== nodeID) continue;
          await this.settle(task, reported, signal).catch((error: unknown) => {
            const { planID } = task.plan;
            this.parts.log.warn(
              { planID, error: describeError(error) },
              'compaction not settled, trying again',
            );
          });
        }
      }),
    );
  }

  /** What a node says of its plans: undefined when it does not answer, nothing when it is gone. */
  private async ask(nodeID: bigint): Promise<ReadonlyMap<bigint, data.CompactionStateResult> | undefined> {
    const { nodes, log } = this.parts;
    if (!nodes.ids.includes(nodeID)) return new Map();
    try {
      const { results } = checked(
        await nodes.calls(nodeID).getCompactionState({}, { deadlineMs: callDeadlineMs }),
      );
      return new Map(results.map((result) => [result.planID, result]));
    } catch (error) {
      log.warn({ nodeID, error: describeError(error) }, 'compactions not told');
      return undefined;
    }
  }

  private async settle(
    task: CompactionTask,
    reported: ReadonlyMap<bigint, data.CompactionStateResult> | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { tasks, clock, settings, log } = this.parts;
    const { planID } = task.plan;
    const result = reported?.get(planID);
    if (result?.state === common.CompactionState.Completed && result.result !== undefined) {
      await this.complete(planID, result.result, signal);
      return;
    }
    const swapped = swapResult(this.parts, task);
    if (swapped !== undefined) {
      await this.complete(planID, swapped, signal);
      return;
    }
    const ageMs = clock.now() - task.sinceMs;
    const isLost = reported !== undefined && result === undefined && ageMs > listedAfterMs;
    if (isLost) {
      log.warn({ planID, nodeID: task.nodeID }, 'compaction lost by its node');
      await tasks.move(task, 'failed');
    } else if (ageMs > settings.timeoutMs) {
      log.warn({ planID, nodeID: task.nodeID, ageMs }, 'compaction took too long');
      await tasks.move(task, 'timeout');
    }
  }

  /**
   * Puts a result in the place of its sources, in one transaction, and has the channel's node do the same. The same result again changes
   * nothing. Errors: NotFound for a plan nobody made, Conflict for one that does not run or whose sources changed.
   */
  complete(planID: bigint, result: data.CompactionResult, signal: AbortSignal): Promise<void> {
    return this.serial.run(planID, async () => {
      const { meta, meter, tasks, log } = this.parts;
      const task = tasks.get(planID);
      if (task === undefined) throw new NotFound(`plan ${planID} is not found`);
      if (task.state === 'completed' && task.target === result.segmentID) return;
      if (task.state !== 'executing') throw new Conflict(`plan ${planID}'s state is ${task.state}`);
      try {
        await this.swap(task, result, signal);
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
        log.warn({ planID, error: describeError(error) }, 'compaction void');
        await tasks.move(task, 'failed');
        throw error;
      }
      await this.synchronise(task, result);
      await tasks.move(task, 'completed', { target: result.segmentID });
      meter.compacted(meta.segments.get(result.segmentID)?.logBytes ?? 0);
      log.info({ planID, target: result.segmentID, rows: result.numOfRows }, 'compaction completed');
    });
  }

  private async swap(
    task: CompactionTask,
    result: data.CompactionResult,
    signal: AbortSignal,
  ): Promise<void> {
    const { meta, objects, objectRoot, clock } = this.parts;
    // The result is there: an earlier delivery got this far.
    if (meta.segments.get(result.segmentID) !== undefined) return;
    const sourceIDs = sourcesOf(task);
    const sources = sourceIDs.flatMap((id) => meta.segments.get(id) ?? []);
    const [first] = sources;
    if (first === undefined || sources.length < sourceIDs.length)
      throw new Conflict(`plan ${result.planID}: a source is gone, its compaction is void`);
    const { collectionID, partitionID } = first;
    const target = { collectionID, partitionID, segmentID: result.segmentID };
    const carried = await carryDeltas(objects, objectRoot, task.plan, sources, target, signal);
    await meta.changeMany(sourceIDs, (present) => {
      const changed = present.some((segment, at) => segment.logs.delta !== sources[at]?.logs.delta);
      if (changed && !sameDeltas(present, sources)) throw new DeltasArrived();
      return swapFor(present, result, carried, clock.now());
    });
  }

  /** Tells the plan's node, which holds back saves until then, and whoever owns the channel now: it may have read the metadata before the swap. */
  private async synchronise(task: CompactionTask, result: data.CompactionResult): Promise<void> {
    const { nodes, channels } = this.parts;
    const owner = channels.owner(task.plan.channel);
    for (const nodeID of new Set([task.nodeID, ...(owner === undefined ? [] : [owner])])) {
      if (!nodes.ids.includes(nodeID)) continue;
      checked(
        await nodes.calls(nodeID).syncSegments(
          {
            planID: task.plan.planID,
            compactedTo: result.segmentID,
            numOfRows: result.numOfRows,
            compactedFrom: sourcesOf(task),
            statsLogs: result.field2StatslogPaths,
          },
          { deadlineMs: callDeadlineMs },
        ),
      );
    }
  }
}

/**
 * What is known of a plan whose result is in the metadata already: a coordinator that ended right behind the swap, and whose node ended too,
 * can still tell the channel's next owner. Undefined when nothing was swapped.
 */
function swapResult(
  { meta: { segments }, objectRoot }: Pick<RunnerParts, 'meta' | 'objectRoot'>,
  task: CompactionTask,
): data.CompactionResult | undefined {
  const [first] = sourcesOf(task);
  const target = first === undefined ? undefined : segments.compactedFrom(first)[0];
  if (target === undefined) return undefined;
  const { planID, channel } = task.plan;
  return data.CompactionResult.fromPartial({
    planID,
    segmentID: target.id,
    numOfRows: BigInt(target.rows),
    field2StatslogPaths: segmentInfo(target, objectRoot).statslogs,
    channel,
  });
}

/** Deletes were saved between their copying and the swap: the next round copies them too. */
class DeltasArrived extends Error {
  override readonly name = 'DeltasArrived';
}

function sameDeltas(
  present: readonly { readonly logs: { readonly delta: readonly { readonly bytes: Uint8Array }[] } }[],
  before: typeof present,
): boolean {
  return present.every(({ logs }, at) => {
    const other = before[at]?.logs.delta ?? [];
    return (
      logs.delta.length === other.length &&
      logs.delta.every(
        ({ bytes }, index) => Buffer.compare(bytes, other[index]?.bytes ?? Buffer.alloc(0)) === 0,
      )
    );
  });
}
