import {
  maxOf,
  type SegmentStateName,
  segmentStateName,
  segmentStates,
  type Timestamp,
} from '@millrace/core';
import type { Segment } from '../meta/segment.ts';

interface Allocation {
  rows: number;
  readonly expireTime: Timestamp;
}

/** What a segment has besides its record while rows may still come: allocations and what its DataNode reported. Lost at a restart. */
export class OpenSegment {
  readonly id: bigint;
  readonly collectionID: bigint;
  readonly partitionID: bigint;
  readonly channel: string;
  readonly maxRows: number;
  /** Whether new rows may be assigned; cleared at the moment sealing is decided. */
  growing: boolean;
  /** Rows its DataNode has seen, saved or not. Only grows. */
  currentRows: number;
  /** Clock time `currentRows` last grew. */
  lastWrittenMs: number | undefined;
  lastFlushMs: number | undefined;
  /** See SealedView.rowsKnown. */
  rowsKnown: boolean;
  /** Latest expiry handed out: what sealing writes. */
  lastExpireTime: Timestamp;
  private allocations: Allocation[] = [];
  private allocated = 0;
  private stored: Segment | undefined;
  private storedExpiry: Timestamp = 0n;

  constructor(segment: Segment, openedHere: boolean) {
    this.id = segment.id;
    this.collectionID = segment.collectionID;
    this.partitionID = segment.partitionID;
    this.channel = segment.channel;
    this.maxRows = segment.maxRows;
    this.growing = segment.state === segmentStates.growing;
    this.currentRows = segment.rows;
    this.rowsKnown = openedHere;
    this.lastExpireTime = segment.lastExpireTime;
  }

  /** Rows promised to writers that may still use them. */
  get allocatedRows(): number {
    return this.allocated;
  }

  allocate(rows: number, expireTime: Timestamp): void {
    const last = this.allocations.at(-1);
    // Within one millisecond they expire together.
    if (last?.expireTime === expireTime) last.rows += rows;
    else this.allocations.push({ rows, expireTime });
    this.allocated += rows;
    this.lastExpireTime = maxOf(this.lastExpireTime, expireTime);
  }

  /** The expiry in its record, which every allocation asks: read once for each record. */
  expiryIn(record: Segment): Timestamp {
    if (record !== this.stored) {
      this.stored = record;
      this.storedExpiry = record.lastExpireTime;
    }
    return this.storedExpiry;
  }

  /** Forgets allocations that no row can use behind this tick. */
  expire(tick: Timestamp): void {
    if (this.allocations.length === 0) return;
    this.allocations = this.allocations.filter(({ rows, expireTime }) => {
      if (expireTime > tick) return true;
      this.allocated -= rows;
      return false;
    });
  }
}

const openStates: readonly (SegmentStateName | 'none' | 'not-exist')[] = ['growing', 'sealed', 'importing'];

/** States in which a segment can still get rows or waits for its flush. */
export function isOpen(segment: Segment): boolean {
  return openStates.includes(segmentStateName(segment.state));
}
