import { Internal } from '@millrace/core';
import { type Column, copyFixedRows, pickRows } from './column.ts';
import type { ColumnBuilder } from './column-builder.ts';

/**
 * Appends the listed rows of a column, in the listed order. Row numbers must be below `column.rows`.
 * @throws Internal for a column that has not the builder's shape
 */
export function appendPicked(builder: ColumnBuilder, column: Column, rows: Uint32Array): void {
  const { dataType, width } = builder.shape;
  if (column.dataType !== dataType || column.width !== width) {
    throw new Internal(
      `rows of a ${column.dataType} column of width ${column.width} do not fit a ${dataType} one of width ${width}`,
    );
  }
  if (column.dataType === 'varchar') builder.appendPlain(pickRows(column, rows).values, rows.length);
  else copyFixedRows(column, rows, builder.extend(rows.length));
}
