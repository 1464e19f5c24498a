import { type EveryTypeRow, npyFile } from './import-rows.ts';

export interface NpyOptions {
  readonly bigEndian?: boolean;
  /** How strings are stored: their UTF-8 bytes or their code points. */
  readonly strings?: string;
}

/** What numpy.save writes for each field of the rows, by field. */
export function npyFilesOf(
  rows: readonly EveryTypeRow[],
  { bigEndian = false, strings = 'U' }: NpyOptions = {},
): Readonly<Record<string, Buffer>> {
  const order = bigEndian ? '>' : '<';
  const little = !bigEndian;
  const data = (width: number, count: number, write: (view: DataView, at: number) => void) => {
    const bytes = new Uint8Array(width * count);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < count; at++) write(view, at);
    return bytes;
  };
  const n = rows.length;
  const scalars = (
    descr: string,
    width: number,
    write: (view: DataView, row: EveryTypeRow, at: number) => void,
  ) =>
    npyFile(
      descr,
      [n],
      data(width, n, (view, at) => {
        const row = rows[at];
        if (row !== undefined) write(view, row, at * width);
      }),
    );
  const vectors = rows.flatMap(({ vector }) => vector);
  return {
    id: scalars(`${order}i8`, 8, (view, { id }, at) => view.setBigInt64(at, id, little)),
    flag: scalars('|b1', 1, (view, { flag }, at) => view.setInt8(at, flag ? 1 : 0)),
    tiny: scalars('|i1', 1, (view, { tiny }, at) => view.setInt8(at, tiny)),
    small: scalars(`${order}i2`, 2, (view, { small }, at) => view.setInt16(at, small, little)),
    plain: scalars(`${order}i4`, 4, (view, { plain }, at) => view.setInt32(at, plain, little)),
    ratio: scalars(`${order}f4`, 4, (view, { ratio }, at) => view.setFloat32(at, ratio, little)),
    precise: scalars(`${order}f8`, 8, (view, { precise }, at) => view.setFloat64(at, precise, little)),
    text: stringFile(rows, strings, order),
    vector: npyFile(
      `${order}f4`,
      [n, 3],
      data(4, vectors.length, (view, at) => view.setFloat32(4 * at, vectors[at] ?? 0, little)),
    ),
    bits: npyFile('|u1', [n, 2], Uint8Array.from(rows.flatMap(({ bits }) => bits))),
  };
}

function stringFile(rows: readonly EveryTypeRow[], strings: string, order: string): Buffer {
  const texts = rows.map(({ text }) => {
    if (strings === 'S') return Buffer.from(text);
    const points = Array.from(text, (character) => character.codePointAt(0) ?? 0);
    const bytes = Buffer.alloc(4 * points.length);
    for (const [at, point] of points.entries())
      if (order === '<') bytes.writeUInt32LE(point, 4 * at);
      else bytes.writeUInt32BE(point, 4 * at);
    return bytes;
  });
  const width = Math.max(strings === 'S' ? 1 : 4, ...texts.map(({ length }) => length));
  const padded = texts.map((text) => Buffer.concat([text, Buffer.alloc(width - text.length)]));
  const descr = strings === 'S' ? `|S${width}` : `${order}U${width / 4}`;
  return npyFile(descr, [rows.length], Buffer.concat(padded));
}
