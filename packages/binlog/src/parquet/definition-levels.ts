import { decodeRuns } from './run-lengths.ts';

/** Definition levels of a page without nulls: byte length, then one RLE run of ones. Source: formats §6.3. */
export function definitionLevels(rows: number): Uint8Array {
  const run: number[] = [];
  let rest = rows * 2;
  while (rest >= 0x80) {
    run.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  run.push(rest, 1);
  return Uint8Array.of(run.length, 0, 0, 0, ...run);
}

/** Whether levels, without their byte length, say that all `rows` values are there. @throws Corrupt when they are cut */
export function areAllPresent(levels: Uint8Array, rows: number): boolean {
  const usual = definitionLevels(rows).subarray(4);
  if (Buffer.compare(usual, levels) === 0) return true;
  return decodeRuns(levels, 0, levels.length, 1, rows).every((level) => level === 1);
}
