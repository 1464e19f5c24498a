import { Invalid } from '@millrace/core';
import { milvus, type schema } from '@millrace/proto';
import { readInsert } from '@millrace/stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aCollection } from '../testing/a-collection.ts';
import { insertMessage, insertSlices } from './insert-messages.ts';
import { rowsToInsert } from './rows-to-insert.ts';

const meta = aCollection({
  vchannels: ['by-dev-rootcoord-dml_0_441v0'],
  pchannels: ['by-dev-rootcoord-dml_0'],
});
const origin = {
  timestamp: 2n ** 63n - 1n,
  sourceID: 3n,
  partitionName: '_default',
  partitionID: 442n,
  firstRowID: 2n ** 62n,
};

function messages(texts: readonly string[], bytesMax: number, logBytesMax = bytesMax) {
  const rows = rowsToInsert(meta, request(texts), origin.firstRowID);
  const segments = [
    { segmentID: 1n, rows: Math.floor(texts.length / 3) },
    { segmentID: 2n, rows: texts.length - Math.floor(texts.length / 3) },
  ];
  const slices = insertSlices(meta, rows, 0, segments, bytesMax);
  return slices.map((slice, at) => insertMessage(meta, rows, slice, origin, BigInt(at), logBytesMax).payload);
}

function request(texts: readonly string[]): milvus.InsertRequest {
  const field = (fieldName: string, data: schema.ScalarField['data']) => ({
    fieldName,
    field: { $case: 'scalars' as const, value: { data } },
  });
  return milvus.InsertRequest.fromPartial({
    collectionName: 'docs',
    numRows: texts.length,
    fieldsData: [
      field('id', { $case: 'longData', value: { data: texts.map((_, row) => -1n - BigInt(row)) } }),
      field('text', { $case: 'stringData', value: { data: [...texts] } }),
    ],
  });
}

describe('the messages of an insert', () => {
  it('stay below the limit when strings are long: 800 rows of 60 KB were one message of 45 MiB', () => {
    const limit = 5 * 1024 * 1024;
    const payloads = messages(
      Array.from({ length: 800 }, () => 'x'.repeat(60_000)),
      limit,
    );
    expect(payloads.length).toBeGreaterThan(8);
    expect(payloads.length).toBeLessThan(13);
    expect(Math.max(...payloads.map(({ length }) => length))).toBeLessThanOrEqual(limit);
  });

  it('stay below the limit and hold every row once, in order, whatever the lengths', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 200 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 2_000, max: 6_000 }), (list, limit) => {
        const payloads = messages(list, limit, 64 * 1024);
        const inserts = payloads.map(readInsert);
        const alone = inserts.map(({ numRows }) => numRows === 1n);
        expect(payloads.every(({ length }, at) => length <= limit || alone[at])).toBe(true);
        expect(inserts.flatMap(({ rowIDs }) => rowIDs)).toEqual(
          list.map((_, row) => origin.firstRowID + BigInt(row)),
        );
        expect(inserts.flatMap(textsOf)).toEqual(list);
      }),
    );
  });

  it('refuse a single row that the log cannot take, and say which', () => {
    const texts = ['a', 'b', 'y'.repeat(5_000)];
    expect(() => messages(texts, 1_000)).toThrow(Invalid);
    expect(() => messages(texts, 1_000)).toThrow(/row 2 makes a message of \d+ bytes, the log takes 1000/);
    expect(messages(texts, 1_000, 6_000)).toHaveLength(3);
  });
});

function textsOf({ fieldsData }: ReturnType<typeof readInsert>): readonly string[] {
  const field = fieldsData.find(({ fieldName }) => fieldName === 'text')?.field;
  const data = field?.$case === 'scalars' ? field.value.data : undefined;
  return data?.$case === 'stringData' ? data.value.data : [];
}
