import { schema } from '@millrace/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anyRow,
  type EveryTypeRow,
  everyType,
  fieldNames,
  jsonFile,
  jsonRow,
  type NamedValues,
  namedValues,
} from '../../testing/import-rows.ts';
import { importSchema } from '../import-fields.ts';
import { type JsonLimits, readJson } from './read-json.ts';

const limits = { chunkBytes: 64, rowsMax: 3, bytesMax: 1 << 20 };

async function read(content: Buffer, { chunkBytes, rowsMax, bytesMax }: JsonLimits = limits, of = everyType) {
  const file = { path: 'bulk/rows.json', name: 'rows', bytes: content.length };
  const range = async (_path: string, { offset, length }: { offset: number; length: number }) =>
    content.subarray(offset, offset + length);
  const values: NamedValues = {};
  const sizes: number[] = [];
  for await (const batch of readJson(range, file, importSchema(of), { chunkBytes, rowsMax, bytesMax })) {
    sizes.push(batch.rows);
    for (const [name, column] of Object.entries(namedValues(batch.columns)))
      Object.assign(values, { [name]: [...(values[name as keyof NamedValues] ?? []), ...column] });
  }
  return { values, sizes };
}

const columnsOf = (rows: readonly EveryTypeRow[]) =>
  Object.fromEntries(fieldNames.map((name) => [name, rows.map((row) => row[name])]));

const row: EveryTypeRow = {
  id: 9_007_199_254_740_993n,
  flag: true,
  tiny: -128,
  small: 32767,
  plain: -5,
  ratio: 0.5,
  precise: 1e-300,
  text: 'a "quoted" }] text',
  vector: [1, -2.5, 0],
  bits: [0, 255],
};

describe('rows of a JSON file', () => {
  it('are read value by value, wherever the file is cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 5 }),
        async (rows, chunkBytes, rowsMax) => {
          const { values, sizes } = await read(jsonFile(rows), { chunkBytes, rowsMax, bytesMax: 1 << 20 });
          expect(values).toEqual(columnsOf(rows));
          expect(sizes.every((size) => size <= rowsMax)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('may have their fields in any order, and white space and escapes anywhere', async () => {
    const text = ` {\n"ROWS"\t: [ ${jsonRow(row, [...fieldNames].reverse())} ,{${jsonRow({ ...row, id: 7n })
      .slice(1, -1)
      .replaceAll(', ', ' ,\n')
      .replace('"text"', '"t\\u0065xt"')} }\n ] } \n`;
    const { values } = await read(Buffer.from(text), { ...limits, chunkBytes: 1 });
    expect(values).toEqual(columnsOf([row, { ...row, id: 7n }]));
  });

  it('keep integers of 64 bits exactly', async () => {
    const ids = [
      2n ** 63n - 1n,
      -(2n ** 63n),
      2n ** 53n + 1n,
      999_999_999_999_999n,
      1_000_000_000_000_001n,
      0n,
      -1n,
    ];
    expect((await read(jsonFile(ids.map((id) => ({ ...row, id }))))).values.id).toEqual(ids);
  });

  it('have numbers rounded to the nearest', async () => {
    const value = fc.oneof(
      fc.double({ min: -1e308, max: 1e308, noNaN: true }),
      fc.double({ min: -1e15, max: 1e15, noNaN: true }),
      fc.integer(),
    );
    const text = fc
      .tuple(value, fc.nat(20), fc.boolean())
      .map(([number, digits, fixed]) => (fixed ? number.toFixed(digits) : number.toExponential(digits)))
      .filter((number) => /^-?\d/.test(number));
    await fc.assert(
      fc.asyncProperty(text, async (number) => {
        const { values } = await read(Buffer.from(`{"rows":[${jsonRow(row).replace('1e-300', number)}]}`));
        expect(values.precise).toEqual([Number(number)]);
      }),
      { numRuns: 500 },
    );
  });

  it('have floats rounded as their doubles are, also between two floats', async () => {
    const word = new Float32Array(1);
    const bits = new Uint32Array(word.buffer);
    const nearMiddle = fc
      .tuple(
        fc.integer({ min: 0x30_00_00_00, max: 0x4f_00_00_00 }),
        fc.constantFrom(-1e-9, 0, 1e-9),
        fc.integer({ min: 9, max: 20 }),
      )
      .map(([pattern, off, digits]) => {
        bits[0] = pattern;
        const low = word[0] ?? 0;
        bits[0] = pattern + 1;
        const middle = (low + (word[0] ?? 0)) / 2;
        return (middle * (1 + off)).toFixed(digits);
      });
    const any = fc.float({ min: -1e6, max: 1e6, noNaN: true }).map((value) => String(value));
    await fc.assert(
      fc.asyncProperty(fc.oneof(nearMiddle, any), async (number) => {
        const { values } = await read(
          Buffer.from(`{"rows":[${jsonRow(row).replace('[1,', `[${number},`)}]}`),
        );
        expect(values.vector).toEqual([[Math.fround(Number(number)), -2.5, 0]]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('end a batch at its bytes', async () => {
    const { sizes } = await read(jsonFile(Array.from({ length: 10 }, () => row)), {
      ...limits,
      rowsMax: 100,
      bytesMax: 200,
    });
    expect(sizes.length).toBeGreaterThan(2);
  });
});

const list = (...rows: string[]) => `{"rows": [${rows.join(',')}]}`;
const changed = (from: string, to: string) => list(jsonRow(row).replace(from, to));

describe('a JSON file that cannot be imported', () => {
  it.each([
    ['that is no object', '[]', /^invalid JSON format, the content should be started with'{'$/],
    ['that is empty', '   ', /^invalid JSON format, the content should be started with'{'$/],
    [
      'with another root key',
      '{"row": []}',
      /^invalid JSON format, the root key should be 'rows', but get 'row'$/,
    ],
    ['without a list', '{"rows": {}}', /expected the list of rows/],
    ['without rows', '{"rows": []}', /^row count is 0$/],
    ['without anything', '{}', /^row count is 0$/],
    ['with a row that is no object', '{"rows": [1]}', /expected a row/],
    ['cut in a row', list(jsonRow(row)).slice(0, 60), /the file ends in row 1: it is cut/],
    ['cut behind a row', list(jsonRow(row)).slice(0, -2), /the file ends behind row 0: it is cut/],
    ['cut behind the list', list(jsonRow(row)).slice(0, -1), /the file ends behind row 0: it is cut/],
    ['with something behind', `${list(jsonRow(row))}x`, /expected nothing behind the root/],
    ['with a comma too many', '{"rows": [{},]}', /is missed/],
    [
      'with an unknown field',
      changed('"flag"', '"flags"'),
      /^the field 'flags' is not defined in collection schema$/,
    ],
    [
      'with a system field',
      changed('"flag"', '"RowID"'),
      /^the field 'RowID' is not defined in collection schema$/,
    ],
    ['without a field', changed('"flag": true, ', ''), /^value of field 'flag' is missed$/],
    [
      'with a field twice',
      changed('"flag": true', '"flag": true, "flag": true'),
      /'flag' is given twice \(row 0\)/,
    ],
    [
      'with a text for a bool',
      changed('true', '"true"'),
      /bool field 'flag' must be true or false, but get '"true"/,
    ],
    ['with null', changed('true', 'null'), /bool field 'flag' must be true or false, but get 'null/],
    [
      'with 1.0 for an integer',
      changed('-128', '1.0'),
      /int8 field 'tiny' must be an integer from -128 to 127, but get '1.0/,
    ],
    ['with an int8 out of range', changed('-128', '-129'), /int8 field 'tiny' must be an integer/],
    [
      'with an int16 out of range',
      changed('32767', '32768'),
      /int16 field 'small' must be an integer from -32768 to 32767/,
    ],
    ['with an int32 out of range', changed('-5', '2147483648'), /int32 field 'plain'/],
    [
      'with an int64 out of range',
      changed('9007199254740993', '9223372036854775808'),
      /int64 field 'id' must be an integer of 64 bits/,
    ],
    [
      'with a text as int64 key',
      changed('9007199254740993', '"1"'),
      /int64 field 'id' must be an integer, but get '"1"/,
    ],
    [
      'with a float out of range',
      changed('0.5', '1e39'),
      /float field 'ratio' must be a number that a float holds/,
    ],
    ['with a double out of range', changed('1e-300', '1e309'), /double field 'precise'/],
    [
      'with NaN',
      changed('0.5', 'NaN'),
      /float field 'ratio' must be a number that a float holds, but get 'NaN/,
    ],
    [
      'with a number for a text',
      changed('"a \\"quoted\\" }] text"', '5'),
      /varchar field 'text' must be a string, but get '5/,
    ],
    [
      'with a text that is too long',
      list(jsonRow({ ...row, text: 'é'.repeat(101) })),
      /length \(202\) of a string of field 'text' exceeds its max_length \(200\)/,
    ],
    [
      'with a short vector',
      changed('[1, -2.5, 0]', '[1, -2.5]'),
      /vector field 'vector' has 2 elements, it takes 3 \(row 0\)/,
    ],
    [
      'with a long vector',
      changed('[1, -2.5, 0]', '[1, -2.5, 0, 1]'),
      /vector field 'vector' has more than 3 elements, it takes 3/,
    ],
    ['with an empty vector', changed('[1, -2.5, 0]', '[]'), /vector field 'vector' has 0 elements/],
    [
      'with a text in a vector',
      changed('[1, -2.5, 0]', '[1, "2", 0]'),
      /float-vector field 'vector' must be a number that a float holds, but get '"2"/,
    ],
    [
      'with 256 in a binary vector',
      changed('[0, 255]', '[0, 256]'),
      /binary-vector field 'bits' must be an integer from 0 to 255, but get '256/,
    ],
    ['with a number like no JSON has', changed('-5', '-05'), /expected a number/],
    ['with a broken escape', changed('quoted', '\\x'), /escaped wrongly/],
    ['with a bare newline in a text', changed('quoted', '\n'), /control characters/],
    ['with another value behind a value', changed('-5', '-5 6'), /expected '}', but get '6/],
  ])('%s', async (_what, text, message) => {
    for (const chunkBytes of [1, 7, 4096])
      await expect(read(Buffer.from(text), { ...limits, chunkBytes })).rejects.toThrow(message);
  });

  it('is told so for any cut of it', async () => {
    const whole = jsonFile([row, row]);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 3), async (bytes) => {
        await expect(read(whole.subarray(0, bytes))).rejects.toMatchObject({ kind: 'invalid' });
      }),
    );
  });

  it('ends with an error of ours whatever its bytes are', async () => {
    const whole = jsonFile([row]);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (at, byte) => {
        const broken = Buffer.from(whole);
        broken[at] = byte;
        await read(broken).catch((error: unknown) => expect(error).toMatchObject({ kind: 'invalid' }));
      }),
      { numRuns: 500 },
    );
  });
});

describe('a collection with automatic keys', () => {
  const automatic = {
    ...everyType,
    fields: everyType.fields.map((field) => (field.name === 'id' ? { ...field, autoID: true } : field)),
  };

  it('takes rows without them', async () => {
    const { id: _, ...rest } = row;
    const { values } = await read(jsonFile([rest]), limits, automatic);
    expect(values.id).toBeUndefined();
    expect(values.plain).toEqual([-5]);
  });

  it('refuses rows with them', async () => {
    await expect(read(jsonFile([row]), limits, automatic)).rejects.toThrow(
      /'id' is auto-generated: leave it out/,
    );
  });

  it('cannot have them as strings', () => {
    const fields = automatic.fields.map((field) =>
      field.name === 'id' ? { ...field, dataType: schema.DataType.VarChar } : field,
    );
    expect(() => importSchema({ ...automatic, fields })).toThrow(
      'string type primary key cannot be auto-generated',
    );
  });
});
