import type { schema } from '@millrace/proto';
import { decodeMessage } from '@millrace/stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aCollection } from '../testing/a-collection.ts';
import { deleteMessages, deleteSlices } from './delete-messages.ts';

const origin = { timestamp: 77n, sourceID: 3n, partitionID: -1n };

function messages(keys: schema.IDs, bytesMax: number, meta = aCollection()) {
  let id = 1_000n;
  return deleteMessages(meta, deleteSlices(meta, keys, bytesMax), origin, () => id++);
}

describe('the messages of a delete', () => {
  it('are one for each shard, all with the timestamp for their id', () => {
    const keys = Array.from({ length: 100 }, (_, key) => BigInt(key));
    const sent = messages({ idField: { $case: 'intId', value: { data: keys } } }, 1 << 20);
    expect(sent.map(({ channel }) => channel)).toEqual(aCollection().pchannels);
    expect(sent.map(({ payload }) => decodeMessage(payload).msgID)).toEqual([77n, 77n]);
  });

  it('of shards in one channel have different ids: the second would be dropped as a repetition', () => {
    const meta = aCollection({ vchannels: ['dml_0_441v0', 'dml_0_441v1'], pchannels: ['dml_0'] });
    const keys = Array.from({ length: 100 }, (_, key) => BigInt(key));
    const sent = messages({ idField: { $case: 'intId', value: { data: keys } } }, 1 << 20, meta);
    expect(sent.map(({ payload }) => decodeMessage(payload).msgID)).toEqual([77n, 1_000n]);
  });

  it('stay below the limit, name every key once, and repeat no id within a channel', () => {
    const integers = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 300 });
    const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { maxLength: 150 });
    const lists = fc.oneof(
      integers.map((data): schema.IDs => ({ idField: { $case: 'intId', value: { data } } })),
      texts.map((data): schema.IDs => ({ idField: { $case: 'strId', value: { data } } })),
    );
    fc.assert(
      fc.property(lists, fc.integer({ min: 800, max: 2_000 }), (keys, limit) => {
        const sent = messages(keys, limit);
        expect(sent.every(({ payload }) => payload.length <= limit)).toBe(true);
        const requests = sent.map(({ payload }) => {
          const message = decodeMessage(payload);
          if (message.kind !== 'delete') throw new Error(`a ${message.kind} was sent`);
          return message.request;
        });
        const named = requests.flatMap(({ primaryKeys }) => dataOf(primaryKeys));
        expect(named.toSorted()).toEqual(dataOf(keys).toSorted());
        expect(requests.every(({ timestamps, numRows }) => BigInt(timestamps.length) === numRows)).toBe(true);
        const ids = sent.map(({ channel }, at) => `${channel}/${requests[at]?.base?.msgID}`);
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });
});

function dataOf(keys: schema.IDs | undefined): string[] {
  return (keys?.idField?.value.data ?? []).map(String);
}
