import { Internal } from '@millrace/core';
import { type Column, pickRows } from './column.ts';

/**
 * The order of rows in which RowID ascends, or undefined when it already does. Equal RowIDs keep their order. Rows mostly come in long
 * ascending runs, one per message or file, so runs are merged instead of rows sorted.
 * @param rowIDs the int64 column of field 0
 * @throws Internal for a column of another type
 */
export function rowIDOrder(rowIDs: Column): Uint32Array | undefined {
  if (rowIDs.dataType !== 'int64') throw new Internal(`RowID column is ${rowIDs.dataType}, not int64`);
  const ids = int64s(rowIDs.values, rowIDs.rows);
  let ends = runEnds(ids);
  if (ends.length <= 1) return undefined;
  let order: Uint32Array = new Uint32Array(rowIDs.rows).map((_, row) => row);
  let merged: Uint32Array = new Uint32Array(rowIDs.rows);
  while (ends.length > 1) {
    const mergedEnds: number[] = [];
    for (let run = 0; run < ends.length; run += 2) {
      const start = run === 0 ? 0 : (ends[run - 1] ?? 0);
      const middle = ends[run] ?? 0;
      const end = ends[run + 1] ?? middle;
      mergeRuns(ids, order, start, middle, end, merged);
      mergedEnds.push(end);
    }
    [order, merged] = [merged, order];
    ends = mergedEnds;
  }
  return order;
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

/** Where each ascending run ends. */
function runEnds(ids: BigInt64Array): number[] {
  const ends: number[] = [];
  let last = -(2n ** 63n);
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row] ?? 0n;
    if (id < last) ends.push(row);
    last = id;
  }
  if (ids.length > 0) ends.push(ids.length);
  return ends;
}

/** Merges the runs `[start, middle)` and `[middle, end)` of `from` into the same place of `to`; of equal ids the first run's come first. */
function mergeRuns(
  ids: BigInt64Array,
  from: Uint32Array,
  start: number,
  middle: number,
  end: number,
  to: Uint32Array,
): void {
  let a = start;
  let b = middle;
  for (let at = start; at < end; at++) {
    const takeFirst = b >= end || (a < middle && (ids[from[a] ?? 0] ?? 0n) <= (ids[from[b] ?? 0] ?? 0n));
    to[at] = from[takeFirst ? a++ : b++] ?? 0;
  }
}

function int64s(values: Uint8Array, rows: number): BigInt64Array {
  if (values.byteOffset % 8 === 0) return new BigInt64Array(values.buffer, values.byteOffset, rows);
  // Not `slice`: a Buffer's slice is a view.
  return new BigInt64Array(new Uint8Array(values).buffer, 0, rows);
}
