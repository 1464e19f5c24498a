import { describe, expect, it } from 'vitest';
import { encodeKeyValue } from '../../key-value-codec.ts';
import { StoredPage } from '../../stored-page.ts';
import { GatheredRecords } from './gathered-records.ts';

describe('records gathered for a page', () => {
  const record = (key: string, bytes: number) =>
    encodeKeyValue({
      key,
      value: new Uint8Array(bytes).fill(key.charCodeAt(0)),
      createRevision: 1n,
      modRevision: 2n,
      version: 3n,
      lease: 0n,
    });
  const read = (bytes: Buffer) =>
    new StoredPage(bytes, { lastKey: undefined, revision: 2n, more: false }).kvs.map(
      ({ key, value }) => [key, value.length, value.every((byte) => byte === key.charCodeAt(0))] as const,
    );

  it('are a page, however large they are, up to the one it is cut at, and are used again for the next', () => {
    const gathered = new GatheredRecords();
    const sizes = [0, 100, 20_000, 300_000, 1_400_000];
    const starts = sizes.map((size, at) => gathered.add(record(String.fromCharCode(97 + at), size)));
    const whole = gathered.take();
    expect(read(whole)).toEqual(sizes.map((size, at) => [String.fromCharCode(97 + at), size, true]));
    const cut = gathered.take(undefined, starts[3]);
    expect(read(cut)).toHaveLength(3);
    gathered.clear();
    gathered.add(record('z', 5));
    expect(read(gathered.take())).toEqual([['z', 5, true]]);
    expect(read(cut)[2]).toEqual(['c', 20_000, true]);
  });
});
