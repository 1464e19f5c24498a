import {
  addMs,
  type Clock,
  composeTimestamp,
  logicalMax,
  physicalMs,
  seededRandom,
  silentLogger,
  Unavailable,
} from '@millrace/core';
import { MemoryMetaStore } from '@millrace/metastore';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdAllocator } from './id-allocator.ts';
import { SavedHorizon } from './saved-horizon.ts';
import { nextBlock, TimestampOracle } from './timestamp-oracle.ts';

const key = 'by-dev/kv/tso/timestamp';
const aheadMs = 3_000;
const start = 1_795_000_000_000;

class SetClock implements Clock {
  ms = start;
  now() {
    return this.ms;
  }
  monotonic() {
    return this.ms;
  }
  async sleep() {
    return false;
  }
}

class CountingStore extends MemoryMetaStore {
  writes = 0;
  /** Loses the answer of the next write, after or before it happened. */
  loses: 'after' | 'before' | undefined;

  override async transact(...args: Parameters<MemoryMetaStore['transact']>) {
    this.writes++;
    const { loses } = this;
    this.loses = undefined;
    if (loses === 'before') throw new Unavailable('lost');
    const result = await super.transact(...args);
    if (loses === 'after') throw new Unavailable('lost');
    return result;
  }
}

function aWorld() {
  const clock = new SetClock();
  const store = new CountingStore({ clock });
  let seed = 1;
  const oracle = async () => {
    const horizon = new SavedHorizon(store, key, seededRandom(seed++));
    const opened = new TimestampOracle(clock, silentLogger, horizon, aheadMs);
    await opened.open();
    return opened;
  };
  const ids = async () => {
    const opened = new IdAllocator(clock, new SavedHorizon(store, key, seededRandom(seed++)), aheadMs);
    await opened.open();
    return opened;
  };
  return { clock, store, oracle, ids };
}

const step = fc.oneof(
  fc.record({ kind: fc.constant('alloc' as const), count: fc.integer({ min: 1, max: logicalMax + 1 }) }),
  fc.record({ kind: fc.constant('jump' as const), ms: fc.integer({ min: -100_000, max: 100_000 }) }),
  fc.record({ kind: fc.constant('restart' as const) }),
  fc.record({
    kind: fc.constant('lose' as const),
    when: fc.constantFrom('after' as const, 'before' as const),
  }),
);

/** Runs the steps and returns each block as [first, last]. */
async function blocks(
  steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
  open: (world: ReturnType<typeof aWorld>) => Promise<{ alloc(count: number): Promise<bigint> }>,
): Promise<[bigint, bigint][]> {
  const world = aWorld();
  let allocator = await open(world);
  const out: [bigint, bigint][] = [];
  for (const one of steps) {
    switch (one.kind) {
      case 'jump':
        world.clock.ms += one.ms;
        break;
      case 'lose':
        world.store.loses = one.when;
        break;
      case 'restart':
        world.store.loses = undefined;
        allocator = await open(world);
        break;
      case 'alloc': {
        const first = await allocator.alloc(one.count).catch(() => undefined);
        if (first !== undefined) out.push([first, first + BigInt(one.count) - 1n]);
      }
    }
  }
  return out;
}

function expectGrowing(all: readonly [bigint, bigint][]): void {
  let last = -1n;
  for (const [from, to] of all) {
    expect(from > last).toBe(true);
    last = to;
  }
}

describe('timestamps', () => {
  it('only grow: over restarts, clock jumps and lost answers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) =>
        expectGrowing(await blocks(steps, (world) => world.oracle())),
      ),
      { numRuns: 150 },
    );
  });

  it('follow the clock, and stay within its millisecond', async () => {
    const { clock, oracle } = aWorld();
    const tso = await oracle();
    expect(await tso.alloc()).toBe(composeTimestamp(start));
    expect(await tso.alloc(5)).toBe(composeTimestamp(start, 1));
    clock.ms += 7;
    expect(await tso.alloc()).toBe(composeTimestamp(start + 7));
  });

  it('carry into the next millisecond when one is used up', () => {
    const used = { physicalMs: start, logical: logicalMax };
    expect(nextBlock(used, 1, start).first).toBe(composeTimestamp(start, logicalMax));
    expect(nextBlock(used, 2, start).first).toBe(composeTimestamp(start + 1));
  });

  it('cost no write while the reserve lasts', async () => {
    const { clock, store, oracle } = aWorld();
    const tso = await oracle();
    const before = store.writes;
    for (let i = 0; i < 1_000; i++) await tso.alloc(100);
    clock.ms += aheadMs - 1;
    await tso.alloc();
    expect(store.writes).toBe(before);
    clock.ms += 1;
    await tso.alloc();
    expect(store.writes).toBe(before + 1);
  });

  it('begin behind everything a crashed predecessor may have handed out', async () => {
    const { oracle } = aWorld();
    const first = await (await oracle()).alloc();
    expect(await (await oracle()).alloc()).toBeGreaterThan(addMs(first, aheadMs));
  });

  it('are refused to a predecessor that was only paused', async () => {
    const { clock, oracle } = aWorld();
    const paused = await oracle();
    await oracle();
    clock.ms += 10 * aheadMs;
    await expect(paused.alloc()).rejects.toMatchObject({ kind: 'fenced' });
  });

  it('share one write among callers that reach the horizon together', async () => {
    const { clock, store, oracle } = aWorld();
    const tso = await oracle();
    clock.ms += 10 * aheadMs;
    const before = store.writes;
    const got = await Promise.all(Array.from({ length: 20 }, () => tso.alloc()));
    expect(new Set(got).size).toBe(20);
    expect(store.writes).toBe(before + 1);
  });

  it.each([0, -1, 1.5, logicalMax + 2])('cannot be had %d at a time', async (count) => {
    await expect((await aWorld().oracle()).alloc(count)).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('ids', () => {
  it('only grow: over restarts, clock jumps and lost answers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) =>
        expectGrowing(await blocks(steps, (world) => world.ids())),
      ),
      { numRuns: 150 },
    );
  });

  it('count up from the start in milliseconds << 18, whatever the clock does', async () => {
    const { clock, ids } = aWorld();
    const allocator = await ids();
    expect(await allocator.alloc(3)).toBe(composeTimestamp(start));
    clock.ms += 60_000;
    expect(await allocator.alloc(1)).toBe(composeTimestamp(start) + 3n);
  });

  it('come in blocks of any size', async () => {
    const allocator = await aWorld().ids();
    const first = await allocator.alloc(0xffff_ffff);
    const next = await allocator.alloc(1);
    expect(next - first).toBe(0xffff_ffffn);
    expect(physicalMs(next) - start).toBeGreaterThan(aheadMs);
    await expect(allocator.alloc(0)).rejects.toMatchObject({ kind: 'invalid' });
  });
});
