import { Invalid } from '@millrace/core';

/** What a .npy file says of its array. Source: NumPy, format versions 1.0 to 3.0. */
export interface NpyHeader {
  /** Such as `<f4`. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the first element begins. */
  readonly dataOffset: number;
}

const magic = Buffer.from('\x93NUMPY', 'latin1');
/** NumPy itself reads no longer ones. */
const headerBytesMax = 10_000;
/** So many bytes of a file are enough to read its header. */
export const npyHeadBytes = magic.length + 6 + headerBytesMax;

/** @param head the first bytes of a file, `npyHeadBytes` of them or all it has. @throws Invalid that says what the file is not */
export function parseNpyHeader(path: string, head: Uint8Array): NpyHeader {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const invalid = (what: string) => new Invalid(`the file '${path}' ${what}: write it with numpy.save`);
  if (bytes.length < magic.length + 4 || !bytes.subarray(0, magic.length).equals(magic))
    throw invalid('is no NumPy file');
  const major = bytes[magic.length] ?? 0;
  if (major < 1 || major > 3) throw invalid(`is of version ${major} of the NumPy format, known are 1 to 3`);
  const lengthBytes = major === 1 ? 2 : 4;
  const start = magic.length + 2 + lengthBytes;
  if (bytes.length < start) throw invalid('ends within its header');
  const length = bytes.readUIntLE(magic.length + 2, lengthBytes);
  if (length > headerBytesMax) throw invalid(`has a header of ${length} bytes`);
  const dataOffset = start + length;
  if (bytes.length < dataOffset) throw invalid('ends within its header');
  const text = bytes.toString(major === 3 ? 'utf8' : 'latin1', start, dataOffset);
  // A Python literal of three known entries, in whatever order.
  const descr = /['"]descr['"]\s*:\s*(['"])([^'"]*)\1/.exec(text)?.[2];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)\b/.exec(text)?.[1];
  const shape = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (descr === undefined)
    throw invalid('has no plain element type in its header (records are not imported)');
  if (order === undefined || shape === undefined)
    throw invalid('has a header that says no order or no shape');
  const sizes = shape
    .split(',')
    .flatMap((size) => (size.trim() === '' ? [] : [Number(size.replace('L', ''))]));
  if (sizes.some((size) => !Number.isSafeInteger(size))) throw invalid(`has the shape (${shape})`);
  return { descr, fortranOrder: order === 'True', shape: sizes, dataOffset };
}
