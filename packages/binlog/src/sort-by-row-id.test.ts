import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnOf } from './column.ts';
import { ColumnBuilder } from './column-builder.ts';
import { columnShape } from './data-type.ts';
import { rowIDOrder, sortByRowID } from './sort-by-row-id.ts';
import { valuesOf } from './testing/values-of.ts';

const int64s = (values: bigint[]) =>
  columnOf(columnShape(5), values.length, new Uint8Array(BigInt64Array.from(values).buffer));

function texts(values: string[]) {
  const builder = new ColumnBuilder(columnShape(21));
  for (const value of values) builder.appendString(value);
  return builder.view();
}

describe('sorting a batch by RowID', () => {
  it('moves the rows of every column the same way, ids beyond 2^53 included', () => {
    const rowIDs = int64s([9007199254740993n, 9007199254740992n, -1n, 7n]);
    const sorted = sortByRowID(
      new Map([
        [0, rowIDs],
        [100, texts(['c', 'b', '', 'long one'])],
      ]),
      rowIDs,
    );
    expect(Array.from(sorted.values(), valuesOf)).toEqual([
      ['-1', '7', '9007199254740992', '9007199254740993'],
      ['', 'long one', 'b', 'c'],
    ]);
  });

  it('leaves the columns alone when ids already ascend', () => {
    const rowIDs = int64s([1n, 2n, 2n]);
    const columns = new Map([[0, rowIDs]]);
    expect(sortByRowID(columns, rowIDs)).toBe(columns);
  });

  it('reads ids at any alignment of a larger buffer', () => {
    const bytes = Buffer.alloc(19);
    bytes.writeBigInt64LE(5n, 3);
    bytes.writeBigInt64LE(4n, 11);
    const rowIDs = columnOf(columnShape(5), 2, bytes.subarray(3));
    expect(Array.from(sortByRowID(new Map([[0, rowIDs]]), rowIDs).values(), valuesOf)).toEqual([['4', '5']]);
  });

  it('is a stable sort for ids in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -5n, max: 20n }), { maxLength: 60 }), (ids) => {
        const order = rowIDOrder(int64s(ids)) ?? ids.keys();
        const byPlainSort = ids
          .map((id, row) => ({ id, row }))
          .sort((a, b) => (a.id === b.id ? a.row - b.row : a.id < b.id ? -1 : 1));
        expect([...order]).toEqual(byPlainSort.map(({ row }) => row));
      }),
    );
  });
});
