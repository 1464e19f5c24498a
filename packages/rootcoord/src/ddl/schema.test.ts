import { schema } from '@millrace/proto';
import { describe, expect, it } from 'vitest';
import { defaultRootCoordSettings } from '../settings.ts';
import { aSchema } from '../testing/local-cluster.ts';
import { fieldsWithIDs, parseSchema } from './schema.ts';

const { Int8, Int64, VarChar, FloatVector, BinaryVector, Float, String: TextType } = schema.DataType;
type Field = Partial<schema.FieldSchema>;
const pk: Field = { name: 'pk', isPrimaryKey: true, dataType: Int64 };
const length = (value: string) => ({ typeParams: [{ key: 'max_length', value }] });
const dim = (value: string) => ({ typeParams: [{ key: 'dim', value }] });

function parse(fields: readonly Field[], change: Partial<schema.CollectionSchema> = {}) {
  const whole = fields.map((field) => schema.FieldSchema.fromPartial(field));
  return parseSchema(aSchema('books', { fields: whole, ...change }), 'books', defaultRootCoordSettings);
}

describe('a schema', () => {
  it.each<[string, readonly Field[]]>([
    [
      'every scalar type and a float vector',
      [
        pk,
        { name: 's', dataType: VarChar, ...length('65535') },
        { name: 'v', dataType: FloatVector, ...dim('32768') },
      ],
    ],
    ['a text key', [{ ...pk, dataType: VarChar, ...length('1') }]],
    ['an automatic key', [{ ...pk, autoID: true }]],
    ['a binary vector', [pk, { name: 'b', dataType: BinaryVector, ...dim('8') }]],
    ['64 fields', [pk, ...Array.from({ length: 63 }, (_, i) => ({ name: `f${i}`, dataType: Float }))]],
  ])('may have %s', (_name, fields) => {
    expect(parse(fields).fields).toHaveLength(fields.length);
  });

  it.each<[string, readonly Field[], string]>([
    ['no key', [{ name: 'a', dataType: Int64 }], 'primary key is not specified'],
    ['two keys', [pk, { ...pk, name: 'pk2' }], 'more than one primary key'],
    ['a key of another type', [{ ...pk, dataType: Int8 }], 'should be Int64 or VarChar'],
    ['an automatic text key', [{ ...pk, dataType: VarChar, autoID: true, ...length('9') }], 'autoID'],
    ['an automatic field', [pk, { name: 'a', dataType: Int64, autoID: true }], 'only the primary key'],
    ['a name twice', [pk, { name: 'pk', dataType: Float }], 'duplicated field name'],
    ['a system name', [pk, { name: 'RowID', dataType: Int64 }], 'schema contains system field'],
    ['a field without a name', [pk, { name: '', dataType: Int64 }], 'field name should not be empty'],
    ['a bad name', [pk, { name: 'a b', dataType: Int64 }], 'Invalid field name: a b'],
    ['text without a length', [pk, { name: 's', dataType: VarChar }], 'type param(max_length)'],
    [
      'text too long',
      [pk, { name: 's', dataType: VarChar, ...length('65536') }],
      'invalid max_length: 65536',
    ],
    ['a vector without a dimension', [pk, { name: 'v', dataType: FloatVector }], 'type param(dim)'],
    ['no dimensions', [pk, { name: 'v', dataType: FloatVector, ...dim('0') }], 'invalid dim: 0'],
    [
      'too many dimensions',
      [pk, { name: 'v', dataType: FloatVector, ...dim('32769') }],
      'invalid dim: 32769',
    ],
    ['a number that is none', [pk, { name: 'v', dataType: FloatVector, ...dim('8.5') }], 'invalid dim: 8.5'],
    [
      'half a byte of bits',
      [pk, { name: 'v', dataType: BinaryVector, ...dim('12') }],
      'should be multiple of 8',
    ],
    [
      'two vectors',
      [
        pk,
        { name: 'v', dataType: FloatVector, ...dim('8') },
        { name: 'w', dataType: FloatVector, ...dim('8') },
      ],
      'multiple vector fields is not supported, fields name: v, w',
    ],
    ['a type of no use', [pk, { name: 's', dataType: TextType }], 'data type 20 of field s is not supported'],
    [
      '65 fields',
      [pk, ...Array.from({ length: 64 }, (_, i) => ({ name: `f${i}`, dataType: Float }))],
      "maximum field's number should be limited to 64",
    ],
  ])('may not have %s', (_name, fields, words) => {
    expect(() => parse(fields)).toThrow(words);
  });

  it('has the name of the collection, within its length', () => {
    expect(() => parse([pk], { name: 'films' })).toThrow('collection name = books, schema.Name=films');
    const long = 'x'.repeat(256);
    expect(() => parseSchema(aSchema(long), long, defaultRootCoordSettings)).toThrow('more than 255 bytes');
  });
});

describe('field ids', () => {
  it('count from 100 in the order given, whatever was sent, with the system fields behind', () => {
    const sent = [pk, { name: 'a', fieldID: 7n }].map((field) => schema.FieldSchema.fromPartial(field));
    expect(fieldsWithIDs(sent).map(({ fieldID, name }) => [fieldID, name])).toEqual([
      [100n, 'pk'],
      [101n, 'a'],
      [0n, 'RowID'],
      [1n, 'Timestamp'],
    ]);
  });
});
