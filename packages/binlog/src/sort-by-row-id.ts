import { Internal } from '@millrace/core';
import { type Column, pickRows } from './column.ts';

/**
 * The order of rows in which RowID ascends, or undefined when it already does. Equal RowIDs keep their order.
 * @param rowIDs the int64 column of field 0
 */
export function rowIDOrder(rowIDs: Column): Uint32Array | undefined {
  if (rowIDs.dataType !== 'int64') throw new Internal(`RowID column is ${rowIDs.dataType}, not int64`);
  const ids = int64s(rowIDs.values, rowIDs.rows);
  if (ascends(ids)) return undefined;
  const order = new Uint32Array(rowIDs.rows).map((_, row) => row);
  return order.sort((a, b) => {
    const x = ids[a] ?? 0n;
    const y = ids[b] ?? 0n;
    if (x === y) return a - b;
    return x < y ? -1 : 1;
  });
}

/** Every column with its rows in ascending RowID; the same columns when they already are. Source: formats §6.2. */
export function sortByRowID<Key>(
  columns: ReadonlyMap<Key, Column>,
  rowIDs: Column,
): ReadonlyMap<Key, Column> {
  const order = rowIDOrder(rowIDs);
  if (order === undefined) return columns;
  return new Map(Array.from(columns, ([key, column]) => [key, pickRows(column, order)] as const));
}

function ascends(ids: BigInt64Array): boolean {
  let last = -(2n ** 63n);
  for (const id of ids) {
    if (id < last) return false;
    last = id;
  }
  return true;
}

function int64s(values: Uint8Array, rows: number): BigInt64Array {
  if (values.byteOffset % 8 === 0) return new BigInt64Array(values.buffer, values.byteOffset, rows);
  // Not `slice`: a Buffer's slice is a view.
  return new BigInt64Array(new Uint8Array(values).buffer, 0, rows);
}
