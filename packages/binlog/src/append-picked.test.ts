import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendPicked } from './append-picked.ts';
import { pickRows } from './column.ts';
import { ColumnBuilder } from './column-builder.ts';
import { columnShape } from './data-type.ts';
import { arbitraryColumn } from './testing/arbitrary-column.ts';
import { valuesOf } from './testing/values-of.ts';

const picked = arbitraryColumn.chain(({ column }) =>
  fc.record({
    column: fc.constant(column),
    rows: fc.array(fc.nat(column.rows - 1)).map((rows) => Uint32Array.from(rows)),
    run: fc
      .nat(column.rows - 1)
      .map((first) => new Uint32Array(column.rows - first).map((_, at) => first + at)),
  }),
);

describe('picking rows of a column', () => {
  it('gives the listed rows in the listed order, whatever runs they form', () => {
    fc.assert(
      fc.property(picked, ({ column, rows, run }) => {
        const wanted = Uint32Array.from([...run, ...rows]);
        const values = valuesOf(column);
        expect(valuesOf(pickRows(column, wanted))).toEqual(Array.from(wanted, (row) => values[row]));
      }),
    );
  });

  it('appends them behind what a builder holds', () => {
    fc.assert(
      fc.property(picked, ({ column, rows, run }) => {
        const builder = new ColumnBuilder({ dataType: column.dataType, width: column.width });
        appendPicked(builder, column, run);
        appendPicked(builder, column, rows);
        const values = valuesOf(column);
        expect(valuesOf(builder.view())).toEqual([...run, ...rows].map((row) => values[row]));
      }),
    );
  });

  it('refuses rows of another shape', () => {
    const builder = new ColumnBuilder(columnShape(101, 4));
    const other = new ColumnBuilder(columnShape(101, 8)).view();
    expect(() => appendPicked(builder, other, new Uint32Array(0))).toThrow(/do not fit/);
  });

  it('appends strings that do not fit the memory a builder has: it grows first', () => {
    const source = new ColumnBuilder(columnShape(21));
    for (let row = 0; row < 100; row++) source.appendString(`string number ${row}`);
    const builder = new ColumnBuilder(columnShape(21), { capacity: 16 });
    const column = source.view();
    appendPicked(builder, column, Uint32Array.of(99, 0));
    builder.appendColumn(column);
    expect(valuesOf(builder.view())).toEqual(['string number 99', 'string number 0', ...valuesOf(column)]);
  });
});
