import { describe, expect, it } from 'vitest';
import { DdFilter, type InsertMark } from './dd-filter.ts';

const vchannel = 'by-dev-rootcoord-dml_0_1v0';
const aFilter = () =>
  new DdFilter({
    collectionID: 1n,
    vchannel,
    sealed: [{ segmentID: 10n, dmlTimestamp: 100n }],
    growing: [{ segmentID: 20n, dmlTimestamp: 50n }],
    dropped: [30n],
  });
const anInsert = (insert: Partial<InsertMark>): InsertMark => ({
  collectionID: 1n,
  segmentID: 99n,
  shardName: vchannel,
  endTs: 1n,
  ...insert,
});

describe('which inserts are new rows of a channel', () => {
  it('discards other collections, other virtual channels and dropped segments', () => {
    const filter = aFilter();
    expect(filter.accepts(anInsert({}))).toBe(true);
    expect(filter.accepts(anInsert({ collectionID: 2n }))).toBe(false);
    expect(filter.accepts(anInsert({ shardName: `${vchannel}x` }))).toBe(false);
    expect(filter.accepts(anInsert({ segmentID: 30n, endTs: 1000n }))).toBe(false);
    filter.drop(99n);
    expect(filter.accepts(anInsert({}))).toBe(false);
  });

  it('discards what a growing segment has saved, and takes the rest', () => {
    const filter = aFilter();
    expect(filter.accepts(anInsert({ segmentID: 20n, endTs: 50n }))).toBe(false);
    expect(filter.accepts(anInsert({ segmentID: 20n, endTs: 51n }))).toBe(true);
    expect(filter.accepts(anInsert({ segmentID: 20n, endTs: 52n }))).toBe(true);
  });

  it('discards what a sealed segment has saved while older messages can still come', () => {
    const filter = aFilter();
    expect(filter.accepts(anInsert({ segmentID: 20n, endTs: 90n }))).toBe(true);
    expect(filter.accepts(anInsert({ segmentID: 10n, endTs: 100n }))).toBe(false);
    expect(filter.accepts(anInsert({ endTs: 101n }))).toBe(true);
    expect(filter.accepts(anInsert({ segmentID: 10n, endTs: 102n }))).toBe(true);
  });
});
