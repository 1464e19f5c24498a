import { addMs, KeyedSerial, maxOf, planAllocation, segmentStates, type Timestamp } from '@millrace/core';
import type { Collections } from '../meta/collections.ts';
import type { Meta } from '../meta/meta.ts';
import { Segment } from '../meta/segment.ts';
import type { HybridClock } from './hybrid-clock.ts';
import type { IDAllocator } from './id-allocator.ts';
import { OpenSegment } from './open-segment.ts';
import type { OpenSegments, Target } from './open-segments.ts';

export interface AllocationRequest extends Target {
  readonly rows: number;
}

export interface Allocated {
  readonly segmentID: bigint;
  readonly rows: number;
  readonly expireTime: Timestamp;
}

export interface AllocatorSettings {
  readonly segmentBytesMax: number;
  readonly assignmentExpirationMs: number;
  readonly importExpirationMs: number;
}

/**
 * The stored expiry of a growing segment runs this far ahead of its allocations, so that an allocation is a write only once in that time.
 * It delays nothing: sealing writes the true latest expiry. A restart within it waits at most this long before it flushes the segment.
 */
const expiryHorizonMs = 2_000;
const halfHorizon = addMs(0n, expiryHorizonMs / 2);

/** Assigns rows to segments at memory speed. What a restart must know is in the store before the answer goes out. Source: spec datacoord §3.4. */
export class SegmentAllocator {
  private readonly opening = new KeyedSerial<string>();
  private readonly storing = new Set<bigint>();
  private latest: { readonly now: Timestamp; readonly expiry: Timestamp } | undefined;
  private readonly meta: Meta;
  private readonly open: OpenSegments;
  private readonly collections: Collections;
  private readonly hybridClock: HybridClock;
  private readonly ids: IDAllocator;
  private readonly settings: AllocatorSettings;

  constructor(parts: {
    meta: Meta;
    open: OpenSegments;
    collections: Collections;
    hybridClock: HybridClock;
    ids: IDAllocator;
    settings: AllocatorSettings;
  }) {
    this.meta = parts.meta;
    this.open = parts.open;
    this.collections = parts.collections;
    this.hybridClock = parts.hybridClock;
    this.ids = parts.ids;
    this.settings = parts.settings;
  }

  /** Rows of a segment that has them, where neither a segment must be opened nor anything written or asked: nearly always. */
  allocateNow(request: AllocationRequest): Allocated | undefined {
    const { collectionID, rows } = request;
    const now = this.hybridClock.now();
    const maxRows = this.collections.knownMaxRows(collectionID, this.settings.segmentBytesMax);
    if (now === undefined || maxRows === undefined || rows <= 0 || rows >= maxRows) return undefined;
    const { opened, existing } = this.plan(request, maxRows);
    if (existing === undefined || opened.length > 0) return undefined;
    const open = existing.id;
    const expireTime = this.expiryAt(now);
    if (this.mustStore(open, expireTime)) return undefined;
    open.allocate(rows, expireTime);
    this.storeAhead(open, expireTime);
    return { segmentID: open.id, rows, expireTime };
  }

  async allocate(request: AllocationRequest): Promise<Allocated[]> {
    if (request.rows <= 0) return [];
    const maxRows = await this.collections.maxRows(request.collectionID, this.settings.segmentBytesMax);
    const expireTime = this.expiryAt(this.hybridClock.now() ?? (await this.hybridClock.first()));
    const quick = this.plan(request, maxRows);
    if (quick.opened.length === 0 && quick.existing !== undefined) {
      return [await this.take(quick.existing.id, quick.existing.rows, expireTime)];
    }
    // One caller opens segments of a target at a time; those behind it find what it opened.
    const target = `${request.collectionID}/${request.partitionID}/${request.channel}`;
    return this.opening.run(target, async () => {
      const plan = this.plan(request, maxRows);
      const taken: Promise<Allocated>[] = [];
      if (plan.existing !== undefined)
        taken.push(this.take(plan.existing.id, plan.existing.rows, expireTime));
      const opened: Allocated[] = [];
      for (const rows of plan.opened) opened.push(await this.openSegment(request, maxRows, rows, expireTime));
      return [...opened, ...(await Promise.all(taken))];
    });
  }

  /** A segment of its own, whose rows come from files. Source: spec datacoord §3.5. */
  async allocateImport(request: AllocationRequest): Promise<Allocated[]> {
    if (request.rows <= 0) return [];
    const { segmentBytesMax, importExpirationMs } = this.settings;
    const maxRows = await this.collections.maxRows(request.collectionID, segmentBytesMax);
    const expireTime = addMs(this.hybridClock.now() ?? (await this.hybridClock.first()), importExpirationMs);
    const segment = Segment.create({
      id: await this.ids.allocate(),
      collectionID: request.collectionID,
      partitionID: request.partitionID,
      channel: request.channel,
      state: segmentStates.importing,
      maxRows,
      lastExpireTime: expireTime,
      isImporting: true,
    });
    await this.meta.add(segment);
    const open = new OpenSegment(segment, true);
    open.allocate(request.rows, expireTime);
    this.open.add(open);
    return [{ segmentID: segment.id, rows: request.rows, expireTime }];
  }

  private plan(request: AllocationRequest, maxRows: number) {
    const candidates = this.open.growing(request).map((open) => {
      const saved = this.meta.segments.get(open.id)?.rows ?? 0;
      const takenRows = Math.max(saved, open.currentRows) + open.allocatedRows;
      return { id: open, maxRows: open.maxRows, takenRows };
    });
    return planAllocation(request.rows, maxRows, candidates);
  }

  /** Those of one moment share theirs. */
  private expiryAt(now: Timestamp): Timestamp {
    if (this.latest?.now !== now)
      this.latest = { now, expiry: addMs(now, this.settings.assignmentExpirationMs) };
    return this.latest.expiry;
  }

  /** Whether what a restart must know of the segment's expiry is behind this one. */
  private mustStore(open: OpenSegment, expireTime: Timestamp): boolean {
    const stored = this.meta.segments.get(open.id);
    return stored !== undefined && open.expiryIn(stored) < expireTime;
  }

  /** Stores the next bound while half of the present one is left, so that no caller waits for it. One that fails is the next caller's. */
  private storeAhead(open: OpenSegment, expireTime: Timestamp): void {
    const { id } = open;
    if (!this.mustStore(open, expireTime + halfHorizon) || this.storing.has(id)) return;
    this.storing.add(id);
    this.meta
      .change(id, (segment) =>
        segment.state === segmentStates.growing ? ahead(segment, expireTime) : segment,
      )
      .catch(() => undefined)
      .finally(() => this.storing.delete(id));
  }

  private async take(open: OpenSegment, rows: number, expireTime: Timestamp): Promise<Allocated> {
    const { id } = open;
    open.allocate(rows, expireTime);
    if (this.mustStore(open, expireTime)) {
      await this.meta.change(id, (segment) => withExpiry(segment, expireTime));
    }
    return { segmentID: id, rows, expireTime };
  }

  private async openSegment(
    request: AllocationRequest,
    maxRows: number,
    rows: number,
    expireTime: Timestamp,
  ): Promise<Allocated> {
    const segment = Segment.create({
      id: await this.ids.allocate(),
      collectionID: request.collectionID,
      partitionID: request.partitionID,
      channel: request.channel,
      state: segmentStates.growing,
      maxRows,
      lastExpireTime: addMs(expireTime, expiryHorizonMs),
    });
    await this.meta.add(segment);
    const open = new OpenSegment(segment.with({ lastExpireTime: expireTime }), true);
    open.allocate(rows, expireTime);
    this.open.add(open);
    return { segmentID: segment.id, rows, expireTime };
  }
}

function withExpiry(segment: Segment, expireTime: Timestamp): Segment {
  if (segment.lastExpireTime >= expireTime) return segment;
  return segment.state === segmentStates.growing
    ? ahead(segment, expireTime)
    : segment.with({ lastExpireTime: expireTime });
}

function ahead(segment: Segment, expireTime: Timestamp): Segment {
  return segment.with({ lastExpireTime: maxOf(segment.lastExpireTime, addMs(expireTime, expiryHorizonMs)) });
}
