import type { Pace } from '@millrace/core';
import { type SegmentTable, visitPart } from './segment-table.ts';

/** Segments that are counted before the event loop may get its turn. */
const partSegments = 200;

/** Bytes of logs by the state of their segments. */
export type BytesByState = ReadonlyMap<number, number>;

/** Bytes of the logs of all segments. Quota centre and Prometheus ask every few seconds: they are counted anew only when a segment has changed. */
export class StoredLogBytes {
  private readonly segments: SegmentTable;
  private readonly pace: Pace;
  private counted: { readonly version: number; readonly bytes: Promise<BytesByState> } | undefined;

  constructor(segments: SegmentTable, pace: Pace) {
    this.segments = segments;
    this.pace = pace;
  }

  byState(): Promise<BytesByState> {
    const { version } = this.segments;
    if (this.counted?.version !== version) this.counted = { version, bytes: this.count() };
    return this.counted.bytes;
  }

  private async count(): Promise<BytesByState> {
    const sums = new Map<number, number>();
    const all = this.segments.all();
    const countPart = () =>
      visitPart(all, partSegments, ({ state, logBytes }) =>
        sums.set(state, (sums.get(state) ?? 0) + logBytes),
      );
    while (await this.pace.run(countPart));
    return sums;
  }
}
