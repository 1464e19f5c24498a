import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anyRow,
  type EveryTypeRow,
  everyType,
  type FieldName,
  fieldNames,
  type NamedValues,
  namedValues,
  npyFile,
} from '../../testing/import-rows.ts';
import { npyFilesOf } from '../../testing/npy-files.ts';
import { importSchema } from '../import-fields.ts';
import { readNumpy } from './read-numpy.ts';

type Contents = Readonly<Partial<Record<string, Buffer>>>;

async function read(
  contents: Contents,
  bytesMax = 1 << 20,
  of = everyType,
): Promise<{ values: NamedValues; sizes: number[] }> {
  const files = Object.entries(contents).map(([name, content]) => ({
    path: `bulk/${name}.npy`,
    name,
    bytes: content?.length ?? 0,
  }));
  const range = async (path: string, { offset, length }: { offset: number; length: number }) =>
    contents[/^bulk\/(.*)\.npy$/.exec(path)?.[1] ?? '']?.subarray(offset, offset + length) ?? Buffer.alloc(0);
  const values: NamedValues = {};
  const sizes: number[] = [];
  for await (const batch of readNumpy(range, files, importSchema(of), bytesMax)) {
    sizes.push(batch.rows);
    for (const [name, column] of Object.entries(namedValues(batch.columns)))
      Object.assign(values, { [name]: [...(values[name as FieldName] ?? []), ...column] });
  }
  return { values, sizes };
}

const columnsOf = (rows: readonly EveryTypeRow[]) =>
  Object.fromEntries(fieldNames.map((name) => [name, rows.map((row) => row[name])]));

/** NumPy fills strings up with zeros, so none can end with one. */
const npyRow = anyRow.filter(({ text }) => !text.endsWith('\0'));

describe('rows of NumPy files', () => {
  it('are read value by value, in either byte order, in batches of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(npyRow, { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        fc.constantFrom('S', 'U'),
        fc.integer({ min: 1, max: 2_000 }),
        async (rows, bigEndian, strings, bytesMax) => {
          const { values } = await read(npyFilesOf(rows, { bigEndian, strings }), bytesMax);
          expect(values).toEqual(columnsOf(rows));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('have vectors of doubles rounded to floats', async () => {
    const [row] = fc.sample(npyRow, { numRuns: 1, seed: 1 });
    if (row === undefined) throw new Error('no row');
    const files = npyFilesOf([row]);
    const vector = npyFile('<f8', [1, 3], new Uint8Array(Float64Array.of(0.1, -1, 3e38).buffer));
    expect((await read({ ...files, vector })).values.vector).toEqual([
      [Math.fround(0.1), -1, Math.fround(3e38)],
    ]);
  });

  it('come in batches of as many bytes as asked for', async () => {
    const rows = fc.sample(npyRow, { numRuns: 20, seed: 2 });
    expect((await read(npyFilesOf(rows), 1)).sizes).toEqual(rows.map(() => 1));
    expect((await read(npyFilesOf(rows), 1 << 20)).sizes).toEqual([20]);
  });
});

const rows = fc.sample(npyRow, { numRuns: 2, seed: 3 });
const good = npyFilesOf(rows);
const bytes = (length: number) => new Uint8Array(length);
const without = (name: string): Contents =>
  Object.fromEntries(Object.entries(good).filter(([each]) => each !== name));

describe('NumPy files that cannot be imported', () => {
  it.each<[string, Contents, RegExp]>([
    ['without one for a field', without('flag'), /^there is no file corresponding to field 'flag'$/],
    [
      'with one for no field',
      { ...good, other: npyFile('<i8', [2], bytes(16)) },
      /^the file 'bulk\/other.npy' has no corresponding field in collection$/,
    ],
    [
      'with one for a system field',
      { ...good, RowID: npyFile('<i8', [2], bytes(16)) },
      /^the file 'bulk\/RowID.npy' has no corresponding field in collection$/,
    ],
    [
      'with another element type',
      { ...good, tiny: npyFile('<i2', [2], bytes(4)) },
      /'bulk\/tiny.npy' has elements of type '<i2' instead of i1: field 'tiny' is a int8/,
    ],
    [
      'with doubles for a float',
      { ...good, ratio: npyFile('<f8', [2], bytes(16)) },
      /elements of type '<f8' instead of f4/,
    ],
    [
      'with unsigned integers',
      { ...good, id: npyFile('<u8', [2], bytes(16)) },
      /elements of type '<u8' instead of i8/,
    ],
    [
      'with objects for strings',
      { ...good, text: npyFile('|O', [2], bytes(16)) },
      /elements of type '\|O' instead of S or U/,
    ],
    [
      'with numbers for strings',
      { ...good, text: npyFile('<i4', [2], bytes(8)) },
      /elements of type '<i4' instead of S or U/,
    ],
    [
      'with two dimensions for a scalar',
      { ...good, plain: npyFile('<i4', [2, 1], bytes(8)) },
      /shape \(2, 1\) instead of \(rows\)/,
    ],
    [
      'with one dimension for vectors',
      { ...good, vector: npyFile('<f4', [6], bytes(24)) },
      /shape \(6\) instead of \(rows, 3\)/,
    ],
    [
      'with another vector dimension',
      { ...good, vector: npyFile('<f4', [2, 4], bytes(32)) },
      /shape \(2, 4\) instead of \(rows, 3\)/,
    ],
    [
      'with bits that are not packed',
      { ...good, bits: npyFile('|u1', [2, 16], bytes(32)) },
      /shape \(2, 16\) instead of \(rows, 2\)/,
    ],
    [
      'with vectors in Fortran order',
      { ...good, vector: npyFile('<f4', [2, 3], bytes(24), 'True') },
      /in Fortran order.*ascontiguousarray/,
    ],
    [
      'with another number of rows',
      { ...good, plain: npyFile('<i4', [3], bytes(12)) },
      /'bulk\/plain.npy' has 3 rows.*has 2/,
    ],
    ['without rows', Object.fromEntries(Object.entries(npyFilesOf([]))), /^row count is 0$/],
    [
      'with one that is cut',
      { ...good, id: npyFile('<i8', [2], bytes(15)) },
      /'bulk\/id.npy' is cut.*1 bytes are missing/,
    ],
    [
      'with one that is no NumPy file',
      { ...good, id: Buffer.from('id\n1\n2\n') },
      /'bulk\/id.npy' is no NumPy file/,
    ],
    [
      'with one cut in its header',
      { ...good, id: (good['id'] ?? Buffer.alloc(0)).subarray(0, 40) },
      /ends within its header/,
    ],
    [
      'with an infinite number',
      {
        ...good,
        ratio: npyFile('<f4', [2], new Uint8Array(Float32Array.of(1, Number.POSITIVE_INFINITY).buffer)),
      },
      /has Infinity in row 1/,
    ],
    [
      'with a vector with NaN',
      {
        ...good,
        vector: npyFile('<f4', [2, 3], new Uint8Array(Float32Array.of(0, 0, 0, 0, Number.NaN, 0).buffer)),
      },
      /has NaN in row 1/,
    ],
    [
      'with a double that no float holds',
      {
        ...good,
        vector: npyFile('<f8', [2, 3], new Uint8Array(Float64Array.of(0, 0, 1e39, 0, 0, 0).buffer)),
      },
      /has Infinity in row 0/,
    ],
    [
      'with bytes that are no text',
      { ...good, text: npyFile('|S2', [2], Uint8Array.of(65, 0, 0xff, 0)) },
      /is no Unicode in row 1/,
    ],
    [
      'with a code point that is none',
      { ...good, text: npyFile('<U1', [2], new Uint8Array(Uint32Array.of(65, 0x110000).buffer)) },
      /is no Unicode in row 1/,
    ],
    [
      'with a text that is too long',
      { ...good, text: npyFile('|S201', [2], bytes(402).fill(65)) },
      /length \(201\) of a string of field 'text' exceeds its max_length \(200\)/,
    ],
  ])('%s', async (_what, contents, message) => {
    await expect(read(contents)).rejects.toThrow(message);
  });

  it('end with an error of ours whatever bytes their headers have', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(127), fc.nat(255), async (at, byte) => {
        const id = Buffer.from(good['id'] ?? Buffer.alloc(0));
        id[at] = byte;
        await read({ ...good, id }).catch((error: unknown) =>
          expect(error).toMatchObject({ kind: 'invalid' }),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('with the primary key, where that is automatic', async () => {
    const fields = everyType.fields.map((field) =>
      field.name === 'id' ? { ...field, autoID: true } : field,
    );
    await expect(read(good, 1 << 20, { ...everyType, fields })).rejects.toThrow(
      /'id' is auto-generated: leave the file 'bulk\/id.npy' out/,
    );
    expect((await read(without('id'), 1 << 20, { ...everyType, fields })).values.plain).toEqual(
      rows.map(({ plain }) => plain),
    );
  });
});
