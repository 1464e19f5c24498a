import type { Segment } from './segment.ts';
import type { SegmentTable } from './segment-table.ts';

/** The segments with the most log files, at most so many, in no order. All of them where there are no more. */
export function withMostFiles(segments: SegmentTable, countMax: number): readonly Segment[] {
  const byFiles = new Map<number, number>();
  for (const { fileCount } of segments.all()) byFiles.set(fileCount, (byFiles.get(fileCount) ?? 0) + 1);
  let room = countMax;
  let least = 0;
  for (const [files, count] of [...byFiles].sort(([a], [b]) => b - a)) {
    least = files;
    if (count >= room) break;
    room -= count;
  }
  const chosen: Segment[] = [];
  for (const segment of segments.all()) {
    if (segment.fileCount > least || (segment.fileCount === least && room-- > 0)) chosen.push(segment);
  }
  return chosen;
}
