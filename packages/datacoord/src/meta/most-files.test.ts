import { describe, expect, it } from 'vitest';
import { aSegment, fieldLogs } from '../testing/segments.ts';
import { withMostFiles } from './most-files.ts';
import { SegmentTable } from './segment-table.ts';

describe('the segments with the most files', () => {
  const table = new SegmentTable();
  for (const [id, files] of [2, 5, 1, 2, 4, 2].entries()) {
    const insert = [
      fieldLogs(
        100n,
        Array.from({ length: files }, (_, at) => ({ logID: BigInt(at + 1) })),
      ),
    ];
    table.set(aSegment(BigInt(id), { logs: { insert, stats: [], delta: [] } }));
  }
  const files = (countMax: number) => withMostFiles(table, countMax).map(({ fileCount }) => fileCount);

  it.each([
    [0, []],
    [1, [5]],
    [2, [5, 4]],
    [4, [2, 5, 2, 4]],
    [5, [2, 5, 2, 4, 2]],
    [6, [2, 5, 1, 2, 4, 2]],
    [99, [2, 5, 1, 2, 4, 2]],
  ])('at most %i of them', (countMax, expected) => {
    expect(files(countMax)).toEqual(expected);
  });

  it('are none where there are no segments', () => {
    expect(withMostFiles(new SegmentTable(), 3)).toEqual([]);
  });
});
