import { seededRandom } from '@millrace/core';
import type { DataSet } from './data-set.ts';

/** Rows made from their number: any count, any dimension, the same each time. */
export function synthetic(rows: number, dim: number): DataSet {
  return {
    title: 'synthetic rows',
    rows,
    dim,
    vector(row) {
      const random = seededRandom(row + 1);
      return Float32Array.from({ length: dim }, () => random.next() - 0.5);
    },
    label: (row) => row % 10,
    text: (row) => `row ${row}`,
  };
}
