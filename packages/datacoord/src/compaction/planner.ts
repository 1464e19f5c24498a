import {
  type CompactionLimits,
  compactionTimes,
  isDurable,
  KeyedSerial,
  type Logger,
  planCompactions,
} from '@millrace/core';
import type { Indexes } from '../indexing/indexes.ts';
import type { Collections } from '../meta/collections.ts';
import type { Meta } from '../meta/meta.ts';
import type { Segment } from '../meta/segment.ts';
import type { HybridClock } from '../segments/hybrid-clock.ts';
import type { IDAllocator } from '../segments/id-allocator.ts';
import type { CompactionTasks } from './compaction-tasks.ts';
import { planOf } from './plan-of.ts';
import { type PlannedSegment, plannedSegment } from './segment-view.ts';

export interface CompactionSettings {
  /** [dataCoord.enableCompaction] */
  readonly enabled: boolean;
  /** Without being asked. [dataCoord.compaction.enableAutoCompaction] */
  readonly automatic: boolean;
  readonly limits: CompactionLimits;
  /** How often all flushed segments are looked at. [dataCoord.compaction.global.interval] */
  readonly globalIntervalMs: number;
  /** How often nodes are asked while a plan runs. */
  readonly checkIntervalMs: number;
  /** [dataCoord.compaction.timeout] */
  readonly timeoutMs: number;
  /** Running plans above which none is made unasked. */
  readonly plansMax: number;
  readonly plansPerNode: number;
  /** How long deletes can be undone by time travel. [common.retentionDuration] */
  readonly retentionMs: number;
  /** Age at which rows of collections without a TTL of their own expire; undefined for never. [common.entityExpiration] */
  readonly entityExpirationMs: number | undefined;
  /** Of segments whose index is on disk. [dataCoord.segment.diskSegmentMaxSize] */
  readonly diskSegmentBytesMax: number;
}

export interface PlannerParts {
  readonly meta: Meta;
  readonly tasks: CompactionTasks;
  readonly collections: Collections;
  readonly indexes: Indexes;
  readonly hybridClock: HybridClock;
  readonly ids: IDAllocator;
  readonly log: Logger;
  readonly objectRoot: string;
  readonly segmentBytesMax: number;
  readonly settings: CompactionSettings;
}

/** Makes plans for flushed segments; one at a time, so that no segment is planned twice. Source: spec datacoord §7.2 to §7.4. */
export class CompactionPlanner {
  private readonly parts: PlannerParts;
  private readonly serial = new KeyedSerial<'planning'>();

  constructor(parts: PlannerParts) {
    this.parts = parts;
  }

  /** Plans for everything that is flushed, where it is worth it. */
  planAll(): Promise<number> {
    return this.plan(this.parts.meta.segments.all(), undefined, false);
  }

  /** Plans for all flushed segments of a collection, worth it or not. @param signalID what the plans are asked for by */
  planCollection(collectionID: bigint, signalID: bigint): Promise<number> {
    return this.plan(this.parts.meta.segments.ofCollection(collectionID), signalID, true);
  }

  /** Plans for the neighbours of a segment that was just flushed, as far as they are indexed: readers have them until the result is. */
  async planAround(flushed: Segment): Promise<number> {
    const { meta, collections, indexes } = this.parts;
    const near = meta.segments
      .ofChannel(flushed.channel)
      .filter((segment) => segment.partitionID === flushed.partitionID && this.isCandidate(segment));
    if (near.length === 0) return 0;
    const { schema } = await collections.get(flushed.collectionID);
    const ids = near.map(({ id }) => id);
    const indexed = await indexes.indexed(schema, flushed.collectionID, ids);
    return this.plan(
      near.filter(({ id }) => indexed.has(id)),
      undefined,
      false,
    );
  }

  private plan(segments: Iterable<Segment>, signalID: bigint | undefined, asked: boolean): Promise<number> {
    return this.serial.run('planning', async () => {
      let plans = 0;
      for (const group of groupsOf([...segments].filter((segment) => this.isCandidate(segment))))
        plans += await this.planGroup(group, signalID, asked);
      return plans;
    });
  }

  private isCandidate(segment: Segment): boolean {
    return isDurable(segment.state) && !segment.isImporting && !this.parts.tasks.isCompacting(segment.id);
  }

  private async planGroup(
    group: readonly Segment[],
    signalID: bigint | undefined,
    asked: boolean,
  ): Promise<number> {
    const { tasks, hybridClock, ids, log, objectRoot, settings } = this.parts;
    const [first] = group;
    if (first === undefined) return 0;
    const { collectionID, channel } = first;
    const ttlMs = (await this.parts.collections.ttlMs(collectionID)) ?? settings.entityExpirationMs;
    const maxRows = await this.maxRows(collectionID);
    const times = compactionTimes(await hybridClock.exact(), settings.retentionMs, ttlMs);
    const planned: PlannedSegment[] = group.map(plannedSegment);
    let plans = 0;
    for (const decision of planCompactions(planned, maxRows, times, settings.limits, asked)) {
      if (!asked && tasks.running().length >= settings.plansMax) break;
      const planID = await ids.allocate();
      const { timeoutMs } = settings;
      const plan = planOf(planID, channel, decision, times, { objectRoot, timeoutMs, ttlMs });
      const { reason } = decision;
      await tasks.add({
        signalID: signalID ?? planID,
        plan,
        reason,
        collectionID,
        state: 'pipelining',
        nodeID: 0n,
        target: undefined,
      });
      const segmentIDs = decision.segments.map(({ id }) => id);
      log.info({ planID, channel, reason, segmentIDs, rows: plan.totalRows }, 'compaction planned');
      plans++;
    }
    return plans;
  }

  /** Segments whose index lies on disk may be larger. */
  private async maxRows(collectionID: bigint): Promise<number> {
    const { collections, indexes, segmentBytesMax, settings } = this.parts;
    const onDisk = await indexes.areOnDisk(collectionID);
    return collections.maxRows(collectionID, onDisk ? settings.diskSegmentBytesMax : segmentBytesMax);
  }
}

/** By partition and channel: a result is of one of each. */
function groupsOf(segments: readonly Segment[]): Segment[][] {
  const groups = new Map<string, Segment[]>();
  for (const segment of segments) {
    const key = `${segment.partitionID}/${segment.channel}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [segment]);
    else group.push(segment);
  }
  return [...groups.values()];
}
