import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isKind, seededRandom } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { ColumnBuilder } from './column-builder.ts';
import { columnShape, dataTypeCodes } from './data-type.ts';
import { decodeDeltaLog, encodeDeltaLog } from './delta-log.ts';
import { decodeInsertLog, encodeInsertLog } from './insert-log.ts';
import { zstd } from './parquet/compression.ts';
import { decodeStatsLog } from './stats-log.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures');

type Read = (bytes: Uint8Array) => unknown;

/** What a reader makes of bytes: a value, or 'corrupt'. Any other error, and a slow answer, fails the test. */
function outcome(read: Read, bytes: Uint8Array): unknown {
  const before = performance.now();
  try {
    return read(bytes);
  } catch (error) {
    if (!isKind(error, 'corrupt')) throw error;
    return 'corrupt';
  } finally {
    expect(performance.now() - before).toBeLessThan(2000);
  }
}

const ids = { collectionID: 1n, partitionID: 2n, segmentID: 3n, headerTimestamp: 441658485242880000n };

function ours(code: number, compressed: boolean): Uint8Array {
  const builder = new ColumnBuilder(columnShape(code, 16));
  for (let row = 0; row < 20; row++) {
    if (code === dataTypeCodes.varchar) builder.appendString(`row ${row} of some`);
    else builder.extend(1).fill(code === dataTypeCodes.bool ? row & 1 : row);
  }
  return Buffer.concat(
    encodeInsertLog({
      ...ids,
      fieldID: 100n,
      dataType: code,
      column: builder.view(),
      startTimestamp: 5n,
      endTimestamp: 9n,
      ...(compressed ? { compress: zstd() } : {}),
    }),
  );
}

const deltaLog = Buffer.concat(
  encodeDeltaLog({
    ...ids,
    deletes: Array.from({ length: 20 }, (_, i) => ({
      primaryKey: BigInt(i),
      timestamp: 441658485242880000n,
    })),
  }),
);

const golden = (kind: string, read: Read): [string, Read, Uint8Array][] =>
  readdirSync(join(fixtures, kind), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => [`${kind} ${entry.name}`, read, readFileSync(join(entry.parentPath, entry.name))]);

const insertRows: Read = (bytes) => Buffer.from(decodeInsertLog(bytes).column.values).toString('hex');
const deleteRows: Read = (bytes) => decodeDeltaLog(bytes).deletes;

const written: [string, Read, Uint8Array][] = [
  ...Object.entries(dataTypeCodes).flatMap(([type, code]): [string, Read, Uint8Array][] => [
    [`our ${type} log, stored`, insertRows, ours(code, false)],
    [`our ${type} log, zstd`, insertRows, ours(code, true)],
  ]),
  ['our delta log', deleteRows, deltaLog],
];

const recorded = [
  ...golden('insert_log', insertRows),
  ...golden('delta_log', deleteRows),
  ...golden('stats_log', decodeStatsLog),
];

describe('damaged files', () => {
  it.each([...written, ...recorded])('%s cut at any byte is corrupt', (_name, read, bytes) => {
    for (let length = 0; length < bytes.length; length++) {
      if (outcome(read, bytes.subarray(0, length)) !== 'corrupt') expect.fail(`accepted ${length} bytes`);
    }
    expect(outcome(read, Buffer.concat([bytes, Uint8Array.of(0)]))).toBe('corrupt');
  });

  it.each(written)('%s with any one byte changed is corrupt or means the same rows', (name, read, bytes) => {
    const rows = read(bytes);
    const random = seededRandom(name.length);
    for (let at = 0; at < bytes.length; at++) {
      // A changed type code may name a type of the same layout: the caller knows what it asked for.
      if (at >= 69 && at < 73) continue;
      for (const flip of [1, 0x80, 1 + Math.floor(random.next() * 255)]) {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        const result = outcome(read, damaged);
        if (result !== 'corrupt') expect(result, `byte ${at} ^ ${flip}`).toEqual(rows);
      }
    }
  });

  it.each(recorded)('%s with bytes changed never does worse than an error', (name, read, bytes) => {
    const random = seededRandom(name.length);
    for (let round = 0; round < 300; round++) {
      const damaged = Uint8Array.from(bytes);
      for (let changes = 1 + (round % 3); changes > 0; changes--) {
        damaged[Math.floor(random.next() * damaged.length)] = Math.floor(random.next() * 256);
      }
      outcome(read, damaged);
    }
  });

  it('takes no memory for sizes that a small file only claims', () => {
    const before = process.memoryUsage().arrayBuffers;
    const random = seededRandom(7);
    for (const [, read, bytes] of written) {
      for (let round = 0; round < 200; round++) {
        const damaged = Uint8Array.from(bytes);
        const at = Math.floor(random.next() * (damaged.length - 4));
        damaged.set([0xff, 0xff, 0xff, 0x7f], at);
        outcome(read, damaged);
      }
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(256 * 2 ** 20);
  });

  it('refuses random bytes', () => {
    const random = seededRandom(11);
    for (let round = 0; round < 300; round++) {
      const bytes = Uint8Array.from({ length: round }, () => Math.floor(random.next() * 256));
      for (const read of [insertRows, deleteRows, decodeStatsLog])
        expect(outcome(read, bytes)).toBe('corrupt');
    }
  });
});
