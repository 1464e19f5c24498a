import { readFileSync } from 'node:fs';
import { Invalid } from '@millrace/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bufferNodeID, kvKeys, metaKeys, type ParsedMetaKey } from './keys.ts';

const golden: readonly { readonly key: string }[] = JSON.parse(
  readFileSync(new URL('../fixtures/etcd.json', import.meta.url), 'utf8'),
);
const meta = metaKeys();
const kv = kvKeys();

/** The functions by name: a parsed key names the one that built it. */
type Build = (params: object) => string;
const builders = new Map<string, Build>(
  [...Object.entries(meta.key), ...Object.entries(kv.key)].map(([kind, build]) => [
    kind,
    (params) => Reflect.apply(build, undefined, [params]),
  ]),
);
const rebuilt = (parsed: { readonly kind: string }) => builders.get(parsed.kind)?.(parsed);

describe('keys of a real cluster', () => {
  it.each(golden.map(({ key }) => key))('%s is known, and built again from its parts', (key) => {
    const parsed = meta.parse(key) ?? kv.parse(key);
    if (parsed === undefined) throw new Error(`${key} is unknown`);
    expect(rebuilt(parsed)).toBe(key);
  });

  it('are what they are', () => {
    const kinds = new Map<string, number>();
    for (const { key } of golden) {
      const kind = (meta.parse(key) ?? kv.parse(key))?.kind ?? 'unknown';
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect(Object.fromEntries(kinds)).toEqual({
      idTimestamp: 1,
      queryCoordIDTimestamp: 1,
      tsoTimestamp: 1,
      channelWatch: 4,
      binlog: 48,
      channelCheckpoint: 4,
      channelRemoval: 4,
      deltalog: 4,
      segment: 4,
      statslog: 4,
      resourceGroup: 1,
      collection: 2,
      credential: 8,
      field: 24,
      partition: 2,
      exclusiveSession: 4,
      nodeSession: 4,
      serverIDCounter: 1,
      snapshot: 28,
    });
  });
});

describe('keys', () => {
  it('give their parts back', () => {
    const id = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const name = fc.string({ minLength: 1 }).filter((part) => !part.includes('/'));
    const segment = fc.record({ collectionID: id, partitionID: id, segmentID: id });
    const parsed: fc.Arbitrary<ParsedMetaKey> = fc.oneof(
      segment.map((parts) => ({ kind: 'segment' as const, ...parts })),
      fc.tuple(segment, id).map(([parts, fieldID]) => ({ kind: 'binlog' as const, ...parts, fieldID })),
      fc.record({ nodeID: id, vchannel: name }).map((parts) => ({ kind: 'channelWatch' as const, ...parts })),
      name.map((vchannel) => ({ kind: 'channelCheckpoint' as const, vchannel })),
      id.map((serverID) => ({ kind: 'nodeSession' as const, role: 'datanode', serverID })),
    );
    fc.assert(
      fc.property(parsed, (key) => {
        expect(meta.parse(rebuilt(key) ?? '')).toEqual(key);
      }),
    );
  });

  it('know the buffer node of channels that wait', () => {
    const key = meta.key.channelWatch({ nodeID: bufferNodeID, vchannel: 'ch' });
    expect(key).toBe('by-dev/meta/channelwatch/-9223372036854775808/ch');
    expect(meta.parse(key)).toEqual({ kind: 'channelWatch', nodeID: bufferNodeID, vchannel: 'ch' });
  });

  it('refuse a part that would make another key of it', () => {
    for (const vchannel of ['', 'a/b'])
      expect(() => meta.key.channelCheckpoint({ vchannel })).toThrow(Invalid);
    for (const root of ['', '/a', 'a/']) expect(() => metaKeys(root)).toThrow(Invalid);
  });

  it('are undefined below another root, with another spelling of a number, or with more parts', () => {
    const key = meta.key.segment({ collectionID: 1n, partitionID: 2n, segmentID: 3n });
    expect(metaKeys('other/meta').parse(key)).toBeUndefined();
    for (const wrong of [
      `${key}/4`,
      key.replace('/3', '/03'),
      key.replace('/3', '/-0'),
      key.replace('/3', '/x'),
    ])
      expect(meta.parse(wrong)).toBeUndefined();
  });

  it('have prefixes that hold the keys of 1 and not those of 10', () => {
    const prefix = meta.prefix.segmentsOfCollection({ collectionID: 1n });
    const of = (collectionID: bigint) => meta.key.segment({ collectionID, partitionID: 2n, segmentID: 3n });
    expect(of(1n).startsWith(prefix)).toBe(true);
    expect(of(10n).startsWith(prefix)).toBe(false);
  });
});
