import {
  type Clock,
  isStaleImport,
  type Logger,
  type SealLimits,
  sealedAction,
  sealReason,
  segmentStates,
  type Timestamp,
} from '@millrace/core';
import { droppedSegment } from '../meta/drop-segment.ts';
import type { Meta } from '../meta/meta.ts';
import { move } from '../meta/save-binlog-paths.ts';
import type { Segment } from '../meta/segment.ts';
import { fileCount } from '../meta/segment-logs.ts';
import { isOpen, OpenSegment } from './open-segment.ts';
import type { OpenSegments } from './open-segments.ts';

/** Seals, flushes and drops segments: applies what the policies of core decide at each tick of a channel. Source: spec datacoord §3.6 to §3.9. */
export class SegmentLifecycle {
  private readonly meta: Meta;
  private readonly open: OpenSegments;
  private readonly limits: SealLimits;
  private readonly clock: Clock;
  private readonly log: Logger;

  constructor(parts: { meta: Meta; open: OpenSegments; limits: SealLimits; clock: Clock; log: Logger }) {
    this.meta = parts.meta;
    this.open = parts.open;
    this.limits = parts.limits;
    this.clock = parts.clock;
    this.log = parts.log;
  }

  /** Takes up the open segments that recovery read. Their row counts are not complete before their node has reported. */
  restore(): void {
    for (const segment of this.meta.segments.all()) {
      if (isOpen(segment)) this.open.add(new OpenSegment(segment, false));
    }
  }

  /** Absolute rows a DataNode has of a segment. Source: spec datacoord §4.3. */
  reportRows(segmentID: bigint, rows: number): void {
    const segment = this.open.get(segmentID);
    if (segment === undefined || rows <= segment.currentRows) return;
    segment.currentRows = rows;
    segment.rowsKnown = true;
    segment.lastWrittenMs = this.clock.now();
  }

  /** The owner of a channel has told everything it has: what it did not name has no rows so far. */
  rowsComplete(channel: string, named: ReadonlySet<bigint>): void {
    for (const segment of this.open.ofChannel(channel)) {
      if (!named.has(segment.id)) segment.rowsKnown = true;
    }
  }

  /** Whether some open segment of the channel waits for its row count. */
  awaitsRows(channel: string): boolean {
    for (const segment of this.open.ofChannel(channel)) if (!segment.rowsKnown) return true;
    return false;
  }

  /** What a tick of the channel makes due. Returns the segments to flush now. */
  async onTick(channel: string, tick: Timestamp): Promise<bigint[]> {
    const nowMs = this.clock.now();
    const due: OpenSegment[] = [];
    for (const segment of [...this.open.ofChannel(channel)]) {
      segment.expire(tick);
      const record = this.meta.segments.get(segment.id);
      if (record === undefined) continue;
      if (segment.growing) await this.sealIfDue(segment, record, tick, nowMs);
      if (record.state === segmentStates.importing) await this.dropIfStale(segment, tick, nowMs);
      if (this.meta.segments.get(segment.id)?.state === segmentStates.sealed)
        await this.actOnSealed(segment, tick, nowMs, due);
    }
    for (const segment of due) segment.lastFlushMs = nowMs;
    return due.map(({ id }) => id);
  }

  /**
   * Seals the growing segments of a collection (of `segmentIDs` where that is not empty) and returns all its sealed ones.
   * Source: spec datacoord §3.6.
   */
  async sealAll(collectionID: bigint, segmentIDs: readonly bigint[], importing: boolean): Promise<bigint[]> {
    const candidates = segmentIDs.length > 0 ? segmentIDs : [...this.open.all()].map(({ id }) => id);
    const sealed: bigint[] = [];
    const wanted = importing ? segmentStates.importing : segmentStates.growing;
    await Promise.all(
      candidates.map(async (id) => {
        const record = this.meta.segments.get(id);
        if (record === undefined || record.collectionID !== collectionID) return;
        if (record.state !== segmentStates.sealed && record.state !== wanted) return;
        const after = record.state === segmentStates.sealed ? record : await this.seal(id, 'asked');
        if (after.state === segmentStates.sealed) sealed.push(id);
      }),
    );
    return sealed.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** No more rows and no more flushes: it was flushed or dropped. */
  close(segmentID: bigint): void {
    this.open.remove(segmentID);
  }

  private async sealIfDue(
    segment: OpenSegment,
    record: Segment,
    tick: Timestamp,
    nowMs: number,
  ): Promise<void> {
    const view = {
      binlogFiles: fileCount(record.logs.stats),
      lastExpireTime: segment.lastExpireTime,
      currentRows: segment.currentRows,
      maxRows: segment.maxRows,
      lastWrittenMs: segment.lastWrittenMs,
    };
    const reason = sealReason(view, this.limits, tick, nowMs);
    if (reason !== undefined) await this.seal(segment.id, reason);
  }

  /** The segment gets no more rows from this moment on; one that is sealed already stays as it is. */
  async seal(id: bigint, reason: string): Promise<Segment> {
    const open = this.open.get(id);
    if (open !== undefined) open.growing = false;
    try {
      const sealed = await this.meta.change(id, (segment) => {
        if (segment.state !== segmentStates.growing && segment.state !== segmentStates.importing)
          return segment;
        return segment.with({
          state: move(segment, 'sealed'),
          lastExpireTime: open?.lastExpireTime ?? segment.lastExpireTime,
        });
      });
      this.log.info(
        { segmentID: id, channel: sealed.channel, reason, rows: open?.currentRows },
        'segment sealed',
      );
      return sealed;
    } catch (error) {
      if (open !== undefined) open.growing = this.meta.segments.get(id)?.state === segmentStates.growing;
      throw error;
    }
  }

  private async dropIfStale(segment: OpenSegment, tick: Timestamp, nowMs: number): Promise<void> {
    if (!isStaleImport(segment, tick)) return;
    // It may have been sealed meanwhile: then its import ended in time.
    const after = await this.meta.change(segment.id, (present) =>
      present.state === segmentStates.importing ? droppedSegment(present, nowMs) : present,
    );
    if (after.state !== segmentStates.dropped) return;
    this.close(segment.id);
    this.log.info(
      { segmentID: segment.id, channel: segment.channel },
      'segment of an import that took too long dropped',
    );
  }

  private async actOnSealed(
    segment: OpenSegment,
    tick: Timestamp,
    nowMs: number,
    due: OpenSegment[],
  ): Promise<void> {
    const record = this.meta.segments.get(segment.id);
    if (record === undefined) return;
    const view = {
      lastExpireTime: record.lastExpireTime,
      currentRows: segment.currentRows,
      isImporting: record.isImporting,
      lastFlushMs: segment.lastFlushMs,
      rowsKnown: segment.rowsKnown,
    };
    switch (sealedAction(view, tick, nowMs)) {
      case 'flush':
        due.push(segment);
        return;
      case 'drop-empty':
        await this.meta.change(segment.id, (present) =>
          present.state !== segmentStates.sealed ? present : droppedSegment(present, nowMs),
        );
        this.close(segment.id);
        this.log.info({ segmentID: segment.id, channel: segment.channel }, 'empty segment dropped');
        return;
      case 'wait':
        return;
    }
  }
}
