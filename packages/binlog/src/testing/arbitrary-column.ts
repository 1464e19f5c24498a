import fc from 'fast-check';
import type { Column } from '../column.ts';
import { ColumnBuilder } from '../column-builder.ts';
import { columnShape, dataTypeCodes } from '../data-type.ts';

/** A column with the schema.DataType code of its field. */
export interface TypedColumn {
  readonly code: number;
  readonly column: Column;
}

function fixedColumn(code: number, dim: number): fc.Arbitrary<TypedColumn> {
  const shape = columnShape(code, dim);
  return fc.integer({ min: 1, max: 40 }).chain((rows) =>
    fc.uint8Array({ minLength: rows * shape.width, maxLength: rows * shape.width }).map((bytes) => {
      const builder = new ColumnBuilder(shape, { capacity: 16 });
      builder.appendFixed(code === dataTypeCodes.bool ? bytes.map((byte) => byte & 1) : bytes);
      return { code, column: builder.view() };
    }),
  );
}

const strings: fc.Arbitrary<TypedColumn> = fc
  .array(fc.string({ unit: 'binary', maxLength: 30 }), { minLength: 1, maxLength: 40 })
  .map((texts) => {
    const builder = new ColumnBuilder(columnShape(dataTypeCodes.varchar), { capacity: 16 });
    for (const text of texts) builder.appendString(text.toWellFormed());
    return { code: dataTypeCodes.varchar, column: builder.view() };
  });

/** Columns of up to 40 rows of every type. */
export const arbitraryColumn: fc.Arbitrary<TypedColumn> = fc.oneof(
  strings,
  ...Object.values(dataTypeCodes)
    .filter((code) => code !== dataTypeCodes.varchar)
    .map((code) => fixedColumn(code, 24)),
);
