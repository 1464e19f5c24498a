import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { noise, same } from '../testing/bytes.ts';
import { LocalWriter } from './local-writer.ts';

describe('a writer of files', () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-writer-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const content = noise(3_300_000);
  const kibibyte = 1024;

  /** The content's first bytes in chunks of these sizes. */
  const chunked = (sizes: readonly number[]): Uint8Array[] => {
    let end = 0;
    return sizes.map((size) => {
      end += size;
      return content.subarray(end - size, end);
    });
  };

  it('writes every byte in its place, however the chunks lie to sectors and blocks', async () => {
    const writer = new LocalWriter();
    const size = fc.oneof(
      fc.nat(200),
      fc.integer({ min: -2, max: 2 }).map((beside) => 4 * kibibyte + beside),
      fc.integer({ min: -2, max: 2 }).map((beside) => 256 * kibibyte + beside),
      fc.integer({ min: -2, max: 2 }).map((beside) => 1024 * kibibyte + beside),
    );
    let files = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          size.filter((bytes) => bytes >= 0),
          { maxLength: 3 },
        ),
        async (sizes) => {
          const path = join(directory, String(files++));
          const chunks = chunked(sizes);
          await writer.write(path, chunks);
          expect(same(readFileSync(path), Buffer.concat(chunks))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps files apart that are written at the same time', async () => {
    const writer = new LocalWriter();
    const starts = Array.from({ length: 12 }, (_, i) => i * 1000);
    const path = (start: number) => join(directory, `together-${start}`);
    await Promise.all(starts.map((start) => writer.write(path(start), [content.subarray(start)])));
    for (const start of starts) expect(same(readFileSync(path(start)), content.subarray(start))).toBe(true);
  });

  it('takes memory that threads share', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(1_500_000));
    shared.set(content.subarray(0, shared.length));
    const path = join(directory, 'shared');
    await new LocalWriter().write(path, [shared.subarray(7)]);
    expect(same(readFileSync(path), content.subarray(7, shared.length))).toBe(true);
  });

  it('replaces what is longer', async () => {
    const writer = new LocalWriter();
    const path = join(directory, 'again');
    await writer.write(path, [content]);
    await writer.write(path, [content.subarray(0, 300_001)]);
    expect(same(readFileSync(path), content.subarray(0, 300_001))).toBe(true);
  });
});
