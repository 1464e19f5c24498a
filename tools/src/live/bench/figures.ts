import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SideName } from './sides.ts';

/** One thing measured on one side. */
export interface Sample {
  readonly what: string;
  /** Shown behind the number. */
  readonly unit: string;
  /** Which way is better. */
  readonly better: 'more' | 'less';
  readonly side: SideName | 'limit';
  /** Undefined: it did not come to an end in its time. */
  readonly value?: number | undefined;
  /** What ours is to reach, in words. */
  readonly goal?: string;
}

const fileName = 'samples.jsonl';

/** Keeps what was measured, so that it is not lost when a later step fails. */
export async function record(directory: string, sample: Sample): Promise<void> {
  await appendFile(join(directory, fileName), `${JSON.stringify(sample)}\n`);
}

export async function recorded(directory: string): Promise<readonly Sample[]> {
  const text = await readFile(join(directory, fileName), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Sample => JSON.parse(line));
}

const titles = ['what', 'original', 'ours', 'ours is', 'limit', 'goal'];

/** A line for each thing, with both sides and how they compare. */
export function sideBySide(samples: readonly Sample[]): string {
  const whats = [...new Set(samples.map(({ what }) => what))];
  const rows = whats.map((what) => {
    const of = (side: Sample['side']) =>
      samples.find((sample) => sample.what === what && sample.side === side);
    const [original, ours, limit] = [of('original'), of('ours'), of('limit')];
    return [what, shown(original), shown(ours), compared(original, ours), shown(limit), ours?.goal ?? ''];
  });
  const cells = [titles, ...rows];
  const widths = titles.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const lines = cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return lines.map((line) => line.trimEnd()).join('\n');
}

function shown(sample: Sample | undefined): string {
  if (sample === undefined) return '';
  if (sample.value === undefined) return 'never';
  const { value } = sample;
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return `${value.toLocaleString('en-US', { maximumFractionDigits: digits })} ${sample.unit}`;
}

function compared(original: Sample | undefined, ours: Sample | undefined): string {
  if (original?.value === undefined || ours?.value === undefined) return '';
  const ratio = ours.better === 'more' ? ours.value / original.value : original.value / ours.value;
  return `${ratio.toLocaleString('en-US', { maximumFractionDigits: ratio < 10 ? 1 : 0 })} × better`;
}
