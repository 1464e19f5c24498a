import { Pace, segmentStates } from '@millrace/core';
import { GroupCommit, MemoryMetaStore, metaKeys, type Transaction, type WriteOp } from '@millrace/metastore';
import { realClock } from '@millrace/runtime';
import { beforeEach, describe, expect, it } from 'vitest';
import { recover } from '../recovery/recover.ts';
import { collectionID } from '../testing/harness.ts';
import { aSegment, everything, fieldLogs } from '../testing/segments.ts';
import { Meta, type SegmentSwap } from './meta.ts';
import { type Segment, segmentInfo } from './segment.ts';

const keys = metaKeys();
const session = 'by-dev/meta/session/datacoord';

/** A store that can be told to fail at one of the transactions to come. */
class Failing extends MemoryMetaStore {
  readonly sizes: number[] = [];
  failAfter = Number.POSITIVE_INFINITY;

  override async transact(transaction: Transaction) {
    if (this.failAfter-- <= 0) throw new Error('the store is gone');
    const result = await super.transact(transaction);
    this.sizes.push(transaction.writes.length);
    return result;
  }
}

describe('meta', () => {
  let store: Failing;
  let meta: Meta;
  beforeEach(async () => {
    store = new Failing({ clock: realClock });
    await store.transact({ writes: [{ put: session, value: Buffer.from('me') }] });
    const commits = new GroupCommit(store, { guards: [{ key: session, value: Buffer.from('me') }] });
    meta = new Meta(keys, (writes: readonly WriteOp[]) => commits.commit({ writes }));
  });

  /** What a coordinator that starts now would know. */
  const afterRestart = async (): Promise<Meta> => {
    const fresh = new Meta(keys, () => Promise.reject(new Error('recovery writes nothing')));
    await recover({ store, keys, pace: new Pace(realClock) }, fresh);
    return fresh;
  };
  const infos = (of: Meta) =>
    [...of.segments.all()]
      .map((segment) => segmentInfo(segment, 'files'))
      .sort((a, b) => (a.ID < b.ID ? -1 : 1));
  const addAll = (...segments: Segment[]) => Promise.all(segments.map((segment) => meta.add(segment)));
  const dropped = (segment: Segment) => segment.with({ state: segmentStates.dropped, droppedAt: 9n });

  /** As a compaction ends: both go, one comes that names them. */
  const compacted =
    (target: Segment) =>
    (present: readonly Segment[]): SegmentSwap => {
      if (present.some(({ state }) => state === segmentStates.dropped)) return { changed: [], added: [] };
      return { changed: present.map(dropped), added: [target] };
    };

  describe('changeMany', () => {
    it('swaps segments for another in one transaction, in memory as in the store', async () => {
      await addAll(aSegment(10n), aSegment(20n), aSegment(30n));
      store.sizes.length = 0;
      const target = aSegment(40n, { compactionFrom: [10n, 20n], createdByCompaction: true });
      await meta.changeMany([10n, 20n], compacted(target));
      expect(store.sizes).toEqual([6]);
      const states = [10n, 20n, 30n, 40n].map((id) => meta.segments.get(id)?.state);
      const { dropped: gone, flushed } = segmentStates;
      expect(states).toEqual([gone, gone, flushed, flushed]);
      expect(meta.segments.compactedFrom(20n).map(({ id }) => id)).toEqual([40n]);
      expect(infos(await afterRestart())).toEqual(infos(meta));
    });

    it('leaves the same bytes when the same swap comes again', async () => {
      await addAll(aSegment(10n), aSegment(20n));
      const swap = compacted(aSegment(40n, { compactionFrom: [10n, 20n] }));
      await meta.changeMany([10n, 20n], swap);
      const once = await everything(store);
      await meta.changeMany([10n, 20n], swap);
      expect(await everything(store)).toEqual(once);
    });

    it('changes nothing when an input is not there, is not as expected, or the output exists', async () => {
      await addAll(aSegment(10n), aSegment(20n));
      const before = await everything(store);
      const swap = compacted(aSegment(40n));
      await expect(meta.changeMany([10n, 11n], swap)).rejects.toThrow('failed to get segment 11');
      const refuse = () => {
        throw new Error('not as planned');
      };
      await expect(meta.changeMany([10n, 20n], refuse)).rejects.toThrow('not as planned');
      await expect(meta.changeMany([10n], compacted(aSegment(20n)))).rejects.toMatchObject({
        kind: 'conflict',
      });
      const stray = () => ({ changed: [dropped(aSegment(20n))], added: [] });
      await expect(meta.changeMany([10n], stray)).rejects.toMatchObject({ kind: 'internal' });
      expect(await everything(store)).toEqual(before);
      expect(infos(await afterRestart())).toEqual(infos(meta));
    });

    it('has its place among the changes of each of its segments', async () => {
      await addAll(aSegment(10n), aSegment(20n));
      const seen: number[] = [];
      await Promise.all([
        meta.change(10n, (present) => present.with({ lastExpireTime: 1n })),
        meta.changeMany([20n, 10n], (present) => {
          seen.push(...present.map(({ lastExpireTime }) => Number(lastExpireTime)));
          return { changed: present.map((segment) => segment.with({ lastExpireTime: 2n })), added: [] };
        }),
        meta.change(20n, (present) => {
          seen.push(Number(present.lastExpireTime));
          return present;
        }),
      ]);
      expect(seen).toEqual([0, 1, 2]);
    });

    it('adds one segment once when two swaps want it at the same time', async () => {
      await addAll(aSegment(10n), aSegment(20n));
      const results = await Promise.allSettled([
        meta.changeMany([10n], compacted(aSegment(40n))),
        meta.changeMany([20n], compacted(aSegment(40n))),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      expect(meta.segments.get(20n)?.state).toBe(segmentStates.flushed);
    });

    const wide = (id: bigint) => {
      const logs = Array.from({ length: 150 }, (_, at) =>
        fieldLogs(BigInt(100 + at), [{ entriesNum: 5n, logID: 1n }]),
      );
      return aSegment(id, { compactionFrom: [10n, 20n], logs: { insert: logs, stats: [], delta: [] } });
    };

    it('is seen whole or not at all where it needs more than one transaction, wherever it is cut', async () => {
      for (let cut = 0; cut < 4; cut++) {
        store = new Failing({ clock: realClock });
        const commits = new GroupCommit(store, { guards: [] });
        meta = new Meta(keys, (writes) => commits.commit({ writes }));
        await addAll(aSegment(10n), aSegment(20n));
        const before = infos(meta);
        store.failAfter = cut;
        store.sizes.length = 0;
        const swap = compacted(wide(40n));
        const done = await meta.changeMany([10n, 20n], swap).then(
          () => true,
          () => false,
        );
        store.failAfter = Number.POSITIVE_INFINITY;
        expect(Math.max(...store.sizes, 0)).toBeLessThanOrEqual(128);
        expect(done).toBe(cut === 3);
        if (!done) {
          expect(infos(meta)).toEqual(before);
          expect(infos(await afterRestart())).toEqual(before);
          await meta.changeMany([10n, 20n], swap);
        }
        expect(meta.segments.get(40n)?.logs.insert).toHaveLength(150);
        expect(infos(await afterRestart())).toEqual(infos(meta));
      }
    });

    it('refuses more segments than one transaction takes, and writes nothing', async () => {
      const ids = Array.from({ length: 130 }, (_, at) => BigInt(1_000 + at));
      await addAll(...ids.map((id) => aSegment(id)));
      const before = await everything(store);
      await expect(meta.changeMany(ids, compacted(aSegment(40n)))).rejects.toMatchObject({
        kind: 'exhausted',
        message: expect.stringContaining('swap fewer at a time'),
      });
      expect(await everything(store)).toEqual(before);
    });
  });

  describe('remove', () => {
    it('takes every key of a dropped segment away and forgets it', async () => {
      await meta.add(aSegment(20n, { compactionFrom: [7n] }));
      const others = await everything(store);
      await meta.add(aSegment(2n, { compactionFrom: [7n] }));
      await meta.change(2n, dropped);
      await meta.remove(2n);
      expect(await everything(store)).toEqual(others);
      expect(meta.segments.get(2n)).toBeUndefined();
      expect(meta.segments.ofCollection(collectionID).map(({ id }) => id)).toEqual([20n]);
      expect(meta.segments.compactedFrom(7n).map(({ id }) => id)).toEqual([20n]);
      await meta.remove(2n);
    });

    it('refuses one that lives', async () => {
      await meta.add(aSegment(2n));
      await expect(meta.remove(2n)).rejects.toThrow(
        'segment 2 is flushed: only a dropped one can be removed',
      );
      expect((await afterRestart()).segments.size).toBe(1);
    });

    it('keeps the segment where the store does not take it', async () => {
      await meta.add(dropped(aSegment(2n)));
      store.failAfter = 0;
      await expect(meta.remove(2n)).rejects.toThrow('the store is gone');
      expect(meta.segments.get(2n)?.state).toBe(segmentStates.dropped);
    });
  });

  it('writes of a segment only what changed', async () => {
    await meta.add(aSegment(2n));
    const before = await everything(store);
    const more = fieldLogs(100n, [{ logSize: 1n, logID: 3n }]);
    await meta.change(2n, (present) => present.with({ logs: { ...present.logs, delta: [more] } }));
    const written = [...(await everything(store))].filter(([key, value]) => before.get(key) !== value);
    expect(written.map(([key]) => key.split('/')[3])).toEqual(['deltalog']);
    store.sizes.length = 0;
    await meta.change(2n, (present) => present.with({ state: present.state }));
    expect(store.sizes).toEqual([]);
  });
});
