import { Invalid } from '@millrace/core';
import { milvus, type schema } from '@millrace/proto';
import { describe, expect, it } from 'vitest';
import { aCollection, aField } from '../testing/a-collection.ts';
import { rowsToInsert } from './rows-to-insert.ts';

const field = (fieldName: string, data: NonNullable<schema.ScalarField['data']>) => ({
  fieldName,
  field: { $case: 'scalars' as const, value: { data } },
});
const ids = (...data: bigint[]) => field('id', { $case: 'longData', value: { data } });
const texts = (...data: string[]) => field('text', { $case: 'stringData', value: { data } });
const vectors = (dim: number, ...data: number[]) => ({
  fieldName: 'vector',
  field: {
    $case: 'vectors' as const,
    value: { dim: BigInt(dim), data: { $case: 'floatVector' as const, value: { data } } },
  },
});

const key = aField(100, 'id', 'int64', { isPrimaryKey: true });
const meta = aCollection({ fields: [key, aField(101, 'text', 'varchar', { maxLength: 4 })] });
const vectorMeta = aCollection({ fields: [key, aField(101, 'vector', 'float-vector', { dim: 2 })] });
const tinyMeta = aCollection({ fields: [key, aField(101, 'tiny', 'int8')] });
const autoMeta = aCollection({
  fields: [
    aField(100, 'id', 'int64', { isPrimaryKey: true, autoID: true }),
    aField(101, 'text', 'varchar', { maxLength: 4 }),
  ],
});

const tiny = (...data: number[]) => field('tiny', { $case: 'intData', value: { data } });

describe('an insert', () => {
  it.each([
    ['a field is missing', meta, [ids(1n, 2n)], /field text of collection docs is missing/],
    ['a field comes twice', meta, [ids(1n, 2n), texts('a', 'b'), texts('c', 'd')], /sends a field twice/],
    ['a field is unknown', meta, [ids(1n, 2n), texts('a', 'b'), tiny(1, 2)], /docs has no field tiny/],
    ['a field has fewer rows', meta, [ids(1n, 2n), texts('a')], /field text has 1 rows, the insert says 2/],
    [
      'a field is of another type',
      meta,
      [ids(1n, 2n), field('text', { $case: 'intData', value: { data: [1, 2] } })],
      /it is a varchar, the insert sends intData/,
    ],
    [
      'a string is too long in bytes',
      meta,
      [ids(1n, 2n), texts('abcd', 'ééé')],
      /the length \(6\) of row 1 exceeds max_length \(4\)/,
    ],
    [
      'a number does not fit',
      tinyMeta,
      [ids(1n, 2n), tiny(127, 128)],
      /row 1 has 128, a int8 is from -128 to 127/,
    ],
    [
      'vectors are of another dim',
      vectorMeta,
      [ids(1n, 2n), vectors(3, 1, 2, 3, 4, 5, 6)],
      /the dim \(3\) of field vector does not match its schema \(2\)/,
    ],
    [
      'a vector is incomplete',
      vectorMeta,
      [ids(1n, 2n), vectors(2, 1, 2, 3)],
      /no multiple of its dim \(2\)/,
    ],
    [
      'an automatic key is given',
      autoMeta,
      [ids(1n, 2n), texts('a', 'b')],
      /the primary key id is automatic/,
    ],
  ])('is refused when %s', (_what, collection, fieldsData, reason) => {
    const request = milvus.InsertRequest.fromPartial({ fieldsData, numRows: 2 });
    expect(() => rowsToInsert(collection, request, 0n)).toThrow(Invalid);
    expect(() => rowsToInsert(collection, request, 0n)).toThrow(reason);
  });

  it('gets its automatic keys from the row ids', () => {
    const request = milvus.InsertRequest.fromPartial({ fieldsData: [texts('a', 'b')], numRows: 2 });
    expect(rowsToInsert(autoMeta, request, 70n).primaryKeys.idField?.value.data).toEqual([70n, 71n]);
  });
});
