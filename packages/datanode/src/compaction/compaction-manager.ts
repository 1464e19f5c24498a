import {
  aborted,
  Exhausted,
  Internal,
  Invalid,
  KeyedSerial,
  type Logger,
  NotFound,
  Semaphore,
  type Service,
  Unavailable,
  type UniqueID,
} from '@millrace/core';
import { data } from '@millrace/proto';
import type { NodeWorld } from '../node-world.ts';
import type { ChannelPipeline } from '../pipeline/channel-pipeline.ts';
import { primaryKeyField } from '../segments/insert-buffer.ts';
import { loadSummaries } from '../segments/load-summaries.ts';
import { Segment } from '../segments/segment.ts';
import type { SaveHold } from '../sync/save-hold.ts';
import { executePlan } from './execute-plan.ts';
import { isSwapped } from './swap-fate.ts';

/** Plans that are kept at a time, waiting ones and results included. */
const plansMax = 1024;
/** A plan without a time-out of its own. Source: spec datacoord §7.4. */
const defaultTimeoutSeconds = 300;
/** How often DataCoord is asked about a result that nobody has taken, and how long one that is withdrawn may still be in its hands. */
const askEveryMs = 60_000;

interface Plan {
  readonly request: data.CompactionPlan;
  readonly channel: ChannelPipeline;
  readonly sourceIDs: readonly UniqueID[];
  /** Aborted when the plan is over: taken by DataCoord, or overtaken by another plan. */
  readonly settled: AbortController;
  result: data.CompactionResult | undefined;
  hold: SaveHold | undefined;
}

/**
 * Takes compaction plans, does them one at a time, and keeps each result until DataCoord has taken it. From the moment a result can be seen
 * DataCoord may drop the sources, so their syncs wait with their metadata until it is known whether it did; before that moment they go
 * through, and DataCoord carries what they save over to the target. A plan that fails is no longer listed, which is how DataCoord learns of
 * it. Source: spec datanode-and-formats §11.
 */
export class CompactionManager implements Service {
  readonly name = 'compaction-manager';
  private readonly world: NodeWorld;
  private readonly channels: () => readonly ChannelPipeline[];
  private readonly log: Logger;
  private readonly plans = new Map<UniqueID, Plan>();
  private readonly pending = new Set<Promise<void>>();
  private readonly serial = new KeyedSerial<string>();
  /** Memory holds the working set of one plan, whatever the number of channels. */
  private readonly slots = new Semaphore(1);
  private readonly stopped = new AbortController();

  constructor(world: NodeWorld, channels: () => readonly ChannelPipeline[]) {
    this.world = world;
    this.channels = channels;
    this.log = world.log;
  }

  /** Until the signal aborts; then every plan ends at once. */
  async run(signal: AbortSignal): Promise<void> {
    await aborted(signal);
    this.stopped.abort();
    await Promise.all(this.pending);
  }

  /**
   * Starts a plan; one that is here already is left alone.
   * @throws NotFound for a channel that is not here and Unavailable for one that leaves, both with the original's texts; Invalid for a source
   * that still takes rows; Exhausted
   */
  accept(request: data.CompactionPlan): void {
    const { planID } = request;
    if (this.plans.has(planID)) return;
    const channel = this.channels().find(({ vchannel }) => vchannel === request.channel);
    if (channel === undefined) throw new NotFound('compaction plan illegal');
    if (channel.leaving.aborted || this.stopped.signal.aborted)
      throw new Unavailable('channel marked invalid');
    if (this.plans.size >= plansMax)
      throw new Exhausted(`${this.plans.size} compaction plans are kept: take their results first`);
    const sourceIDs = request.segmentBinlogs.map(({ segmentID }) => segmentID);
    const open = sourceIDs.find((id) => isOpen(channel.segment(id)));
    if (open !== undefined)
      throw new Invalid(`segment ${open} still takes rows: flush it before compacting it`);
    this.overtake(channel, sourceIDs);
    const plan: Plan = {
      request,
      channel,
      sourceIDs,
      settled: new AbortController(),
      result: undefined,
      hold: undefined,
    };
    this.plans.set(planID, plan);
    const done = this.live(plan)
      .catch((error: unknown) => this.log.error({ planID, error }, 'compaction failed'))
      .finally(() => {
        plan.hold?.release('abandon');
        if (this.plans.get(planID) === plan) this.plans.delete(planID);
        this.pending.delete(done);
      });
    this.pending.add(done);
  }

  /** Plans that run, and finished ones that nobody has taken. Failed ones are in neither list. */
  states(): data.CompactionStateResult[] {
    return Array.from(this.plans.values(), ({ request: { planID }, result }) =>
      data.CompactionStateResult.fromPartial(
        result === undefined ? { planID, state: 1 } : { planID, state: 2, result },
      ),
    );
  }

  /**
   * DataCoord has put a target in the place of its sources: so does the channel. A request whose sources are not here, because it came
   * before or the channel has moved, is done. Source: spec datanode-and-formats §1.7.
   * @throws Internal with the original's text when the target's stats logs cannot be read
   */
  async synced(request: data.SyncSegmentsRequest, signal: AbortSignal): Promise<void> {
    const channel = this.ownerOf(request.compactedFrom);
    if (channel !== undefined) {
      try {
        await this.replace(channel, request, AbortSignal.any([signal, channel.leaving]));
      } catch (cause) {
        // A channel that leaves meanwhile is its next owner's to recover.
        if (!channel.leaving.aborted)
          throw new Internal(`init pk stats fail, err=${cause instanceof Error ? cause.message : cause}`, {
            cause,
          });
      }
    }
    this.settle(request.planID);
  }

  private ownerOf(segmentIDs: readonly UniqueID[]): ChannelPipeline | undefined {
    const channels = this.channels();
    for (const segmentID of segmentIDs) {
      const owner = channels.find((channel) => channel.segment(segmentID) !== undefined);
      if (owner !== undefined) return owner;
    }
    return undefined;
  }

  private settle(planID: UniqueID): void {
    const plan = this.plans.get(planID);
    if (plan === undefined || plan.result === undefined) return;
    plan.hold?.release('go');
    plan.settled.abort();
    this.plans.delete(planID);
  }

  /** A new plan for the same sources: DataCoord has forgotten the old one, whose result nobody may take any more. */
  private overtake(channel: ChannelPipeline, sourceIDs: readonly UniqueID[]): void {
    for (const plan of this.plans.values()) {
      if (plan.channel !== channel || !plan.sourceIDs.some((id) => sourceIDs.includes(id))) continue;
      this.log.warn({ planID: plan.request.planID }, 'compaction overtaken by a newer plan');
      plan.hold?.release('go');
      plan.settled.abort();
      this.plans.delete(plan.request.planID);
    }
  }

  /** The whole life of a plan, from its acceptance until its result is taken. */
  private async live(plan: Plan): Promise<void> {
    const { clock } = this.world;
    const { request, channel } = plan;
    const timeoutMs = 1000 * (request.timeoutInSeconds || defaultTimeoutSeconds);
    const over = AbortSignal.any([this.stopped.signal, channel.leaving, plan.settled.signal]);
    const late = new AbortController();
    const running = AbortSignal.any([over, late.signal]);
    // Failed from now on, also while it still waits for its turn.
    running.addEventListener('abort', () => plan.result === undefined && this.plans.delete(request.planID), {
      once: true,
    });
    const executed = new AbortController();
    const timer = clock
      .sleep(timeoutMs, AbortSignal.any([over, executed.signal]))
      .then((slept) => slept && late.abort());
    try {
      await this.execute(plan, timeoutMs, running);
    } finally {
      executed.abort();
      await timer;
    }
    await this.keep(plan, over);
  }

  private async execute(plan: Plan, timeoutMs: number, signal: AbortSignal): Promise<void> {
    const { clock, budget } = this.world;
    const { request, channel, sourceIDs } = plan;
    const startedMs = clock.monotonic();
    const known = sourceIDs.filter((id) => channel.segment(id) !== undefined);
    const { collectionID, schema } = channel;
    const result = await this.serial.run(channel.vchannel, () =>
      this.slots.run(async () => {
        if (!(await budget.whenRoom(signal)))
          throw new Unavailable('stopped before there was memory for the plan');
        return executePlan({ node: this.world, collectionID, schema, signal, timeoutMs }, request);
      }),
    );
    const hold = await channel.holdSaves(sourceIDs);
    const gone = known.find((id) => channel.segment(id)?.kind !== 'flushed');
    if (signal.aborted || gone !== undefined) {
      hold.release('go');
      if (gone === undefined) throw new Unavailable('stopped before the result could be told');
      throw new Unavailable(`segment ${gone} was dropped or changed while it was compacted`);
    }
    plan.hold = hold;
    plan.result = result;
    const { planID } = request;
    const { segmentID, numOfRows: rows } = result;
    const tookMs = Math.round(clock.monotonic() - startedMs);
    this.world.meter.compacted(tookMs);
    this.log.info({ planID, segmentID, sources: sourceIDs.length, rows, tookMs }, 'segments compacted');
  }

  /** Until the result is taken, or turns out to have been taken, or nobody wants it. */
  private async keep(plan: Plan, over: AbortSignal): Promise<void> {
    const { clock, settings } = this.world;
    const endMs = clock.monotonic() + settings.compactionResultTtlMs;
    const pauseMs = Math.min(askEveryMs, settings.compactionResultTtlMs);
    let withdrawn = false;
    while (await clock.sleep(pauseMs, over)) {
      const swapped = await this.wasSwapped(plan, over);
      if (over.aborted) break;
      if (swapped === true && (await this.finishSwap(plan, over))) return;
      if (swapped === false && withdrawn) {
        this.log.warn({ planID: plan.request.planID }, 'nobody took the result of a compaction');
        plan.hold?.release('go');
        return;
      }
      // No longer listed: DataCoord counts the plan as failed. It may be taking the result at this moment, so it is asked once more later.
      if (!withdrawn && clock.monotonic() >= endMs) {
        withdrawn = true;
        this.plans.delete(plan.request.planID);
      }
    }
    // Taken or overtaken plans have let go already. A channel that leaves cannot know whether its saves would reach a dropped segment.
    plan.hold?.release('abandon');
  }

  /** Undefined when DataCoord does not say. */
  private async wasSwapped(
    { request, result, sourceIDs }: Plan,
    signal: AbortSignal,
  ): Promise<boolean | undefined> {
    if (result === undefined) return undefined;
    try {
      return await isSwapped(this.world, result, sourceIDs, signal);
    } catch (error) {
      this.log.warn({ planID: request.planID, error }, 'DataCoord does not say whether it took a compaction');
      return undefined;
    }
  }

  /** The call that should have told it was lost. False when it could not be done now. */
  private async finishSwap(plan: Plan, signal: AbortSignal): Promise<boolean> {
    const { result, request, channel, sourceIDs } = plan;
    if (result === undefined) return false;
    const { planID } = request;
    const { segmentID: compactedTo, numOfRows, field2StatslogPaths: statsLogs } = result;
    const swap = { planID, compactedTo, numOfRows, compactedFrom: [...sourceIDs], statsLogs };
    try {
      await this.replace(channel, swap, signal);
    } catch (error) {
      this.log.warn({ planID, error }, 'compacted segments not replaced, trying again');
      return false;
    }
    plan.hold?.release('go');
    return true;
  }

  private async replace(
    channel: ChannelPipeline,
    request: data.SyncSegmentsRequest,
    signal: AbortSignal,
  ): Promise<void> {
    const { compactedTo: segmentID, numOfRows, compactedFrom, statsLogs } = request;
    const keyField = primaryKeyField(channel.schema).fieldID;
    const summaries = await loadSummaries(this.world, segmentID, statsLogs, keyField, signal);
    if (signal.aborted) throw new Unavailable('stopped before the segments could be replaced');
    const source = compactedFrom.map((id) => channel.segment(id)).find((segment) => segment !== undefined);
    if (source === undefined) return;
    const { partitionID } = source;
    const rows = Number(numOfRows);
    const target = { segmentID, partitionID, kind: 'flushed', rows, summaries } as const;
    channel.compacted(compactedFrom, rows > 0 ? new Segment(target) : undefined);
  }
}

/** Whether rows may still come. A flush whose answer is under way is over for DataCoord. */
function isOpen(segment: Segment | undefined): boolean {
  return segment !== undefined && segment.kind !== 'flushed' && !segment.flushStarted;
}
