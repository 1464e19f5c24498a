import { etcd } from '@millrace/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyValue, RangePage } from '../../meta-store.ts';
import { RangeAnswer } from './range-answer.ts';

describe('the answer to a range', () => {
  it('says what its own decoder finds in it', () => {
    const int64 = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
    const kv = fc.record({
      key: fc.string({ unit: 'grapheme', minLength: 1 }),
      value: fc.uint8Array(),
      createRevision: int64,
      modRevision: int64,
      version: int64,
      lease: int64,
    });
    const answer = fc.record({ kvs: fc.array(kv), more: fc.boolean(), revision: int64, count: int64 });
    fc.assert(
      fc.property(answer, ({ kvs, more, revision, count }) => {
        const header = etcd.ResponseHeader.fromPartial({ clusterId: 2n ** 64n - 1n, revision });
        const messages = kvs.map((one) => ({
          ...one,
          key: Buffer.from(one.key),
          value: Buffer.from(one.value),
        }));
        const bytes = etcd.RangeResponse.encode({ header, kvs: messages, more, count }).finish();
        const answer = new RangeAnswer(Buffer.from(bytes));
        expect(answer.header).toEqual(header);
        const read = answer.page(revision);
        expect(read.revision).toBe(revision);
        expect(read.more).toBe(more);
        const plain = (all: readonly KeyValue[]) => all.map((one) => ({ ...one, value: [...one.value] }));
        expect(plain(read.kvs)).toEqual(plain(kvs));
        expect(read.lastKey).toBe(kvs.at(-1)?.key);
        expect(inPlace(read)).toEqual(kvs.map(({ key, value }) => [key, [...value]]));
      }),
    );
  });
});

function inPlace(page: RangePage): [string, number[]][] {
  const found: [string, number[]][] = [];
  for (const pairs = page.pairs(); pairs.next(); )
    found.push([
      pairs.bytes.toString('utf8', pairs.keyStart, pairs.keyEnd),
      [...pairs.bytes.subarray(pairs.valueStart, pairs.valueEnd)],
    ]);
  return found;
}
