import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pace, silentLogger } from '@millrace/core';
import { LmdbMetaStore, metaKeys } from '@millrace/metastore';
import { realClock } from '@millrace/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentWrites } from '../meta/catalog.ts';
import { type Segment, segmentInfo } from '../meta/segment.ts';
import { anySegment } from '../testing/segments.ts';
import { loadSegments } from './load-segments.ts';
import { PageMemory } from './page-memory.ts';

/** Whoever reads a page that was released reads nonsense. */
class SpoiledMemory extends PageMemory {
  readonly taken: Set<Buffer> = new Set();
  released = 0;

  override take(bytes: number): Buffer {
    const one = super.take(bytes);
    this.taken.add(one);
    return one;
  }

  override release(memory: Buffer): void {
    this.released++;
    super.release(memory.fill(0xff));
  }
}

/** Pages of so few keys that everything takes several, as bytes. */
class SmallPages extends LmdbMetaStore {
  override readonly pageKeys = 10;
}

describe('the memory of pages', () => {
  it('is given out again by size, and not before it was given back', () => {
    const memory = new PageMemory();
    const first = memory.take(70_000);
    const second = memory.take(70_000);
    expect([first.length, second.length]).toEqual([131_072, 131_072]);
    expect(second).not.toBe(first);
    memory.release(first);
    expect(memory.take(10)).not.toBe(first);
    expect(memory.take(100_000)).toBe(first);
    expect(memory.take(100_000)).not.toBe(second);
  });

  it('goes back to the machine when it is freed, but for what somebody still reads', () => {
    const memory = new PageMemory();
    const [idle, held] = [memory.take(70_000), memory.take(70_000)];
    memory.release(idle);
    memory.free();
    expect([idle.buffer.byteLength, held.length]).toEqual([0, 131_072]);
    expect(memory.take(70_000).length).toBe(131_072);
  });

  it('is not read any more when a recovery gives it back, and comes back whole', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'millrace-pages-'));
    const store = new SmallPages({ clock: realClock, log: silentLogger }, { directory });
    const keys = metaKeys();
    const made = fc
      .sample(fc.uniqueArray(anySegment, { selector: ({ id }) => id, minLength: 60, maxLength: 60 }), {
        numRuns: 1,
        seed: 7,
      })
      .flat();
    for (const segment of made) await store.transact({ writes: segmentWrites(keys, undefined, segment) });
    const { revision } = await store.range({ prefix: 'none' });
    const memory = new SpoiledMemory();
    const found: Segment[] = [];
    const source = { store, keys, revision, pace: new Pace(realClock), memory };
    for await (const segments of loadSegments(source)) found.push(...segments);
    const told = (segments: readonly Segment[]) =>
      new Map(segments.map((segment) => [segment.id, segmentInfo(segment, 'files')]));
    expect(told(found)).toEqual(told(made));
    expect(memory.released).toBeGreaterThan(memory.taken.size);
    memory.free();
    expect([...memory.taken].filter(({ length }) => length > 0)).toEqual([]);
    await store.close();
    await rm(directory, { recursive: true });
  });
});
