import { isUtf8 } from 'node:buffer';
import type { ColumnBuilder } from '@millrace/binlog';
import { copyBytes, Invalid } from '@millrace/core';
import { checkLength } from '../import-fields.ts';
import type { NpyArray } from './npy-array.ts';

/** Appends rows of an array, given as they lie in its file. @throws Invalid for a value that the field does not hold */
export function appendRows(
  array: NpyArray,
  bytes: Uint8Array,
  firstRow: number,
  rows: number,
  builder: ColumnBuilder,
): void {
  const { shape } = array.of;
  switch (shape.dataType) {
    case 'varchar':
      appendStrings(array, bytes, firstRow, rows, builder);
      return;
    case 'bool': {
      const to = builder.extend(rows);
      for (let row = 0; row < rows; row++) to[row] = bytes[row] === 0 ? 0 : 1;
      return;
    }
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'binary-vector':
      copyElements(array, bytes, builder.extend(rows));
      return;
    case 'float':
    case 'double':
    case 'float-vector':
      appendFloats(array, bytes, firstRow, rows, builder);
  }
}

/** Little-endian, whatever the file is. */
function copyElements({ dtype: { width, isBigEndian } }: NpyArray, bytes: Uint8Array, to: Uint8Array): void {
  copyBytes(bytes, 0, bytes.length, to, 0);
  if (!isBigEndian || width === 1) return;
  const elements = Buffer.from(to.buffer, to.byteOffset, to.byteLength);
  if (width === 2) elements.swap16();
  else if (width === 4) elements.swap32();
  else elements.swap64();
}

function appendFloats(
  array: NpyArray,
  bytes: Uint8Array,
  firstRow: number,
  rows: number,
  builder: ColumnBuilder,
): void {
  const to = builder.extend(rows);
  const { dtype, of } = array;
  const isNarrowed = dtype.width === 8 && of.shape.dataType === 'float-vector';
  if (!isNarrowed) copyElements(array, bytes, to);
  const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new DataView(to.buffer, to.byteOffset, to.byteLength);
  const width = isNarrowed ? 4 : dtype.width;
  const count = bytes.length / dtype.width;
  for (let at = 0; at < count; at++) {
    if (isNarrowed) values.setFloat32(4 * at, from.getFloat64(8 * at, !dtype.isBigEndian), true);
    const value = width === 4 ? values.getFloat32(4 * at, true) : values.getFloat64(8 * at, true);
    if (!Number.isFinite(value)) throw notFinite(array, firstRow + Math.floor((at * rows) / count), value);
  }
}

function notFinite({ file, of }: NpyArray, row: number, value: number): Invalid {
  return new Invalid(
    `the file '${file.path}' has ${value} in row ${row}: a ${of.shape.dataType} such as field '${of.field.name}' takes finite numbers in its range`,
  );
}

function appendStrings(
  array: NpyArray,
  bytes: Uint8Array,
  firstRow: number,
  rows: number,
  builder: ColumnBuilder,
): void {
  const { dtype, file, of, rowBytes } = array;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let row = 0; row < rows; row++) {
    const text = buffer.subarray(row * rowBytes, (row + 1) * rowBytes);
    const utf8 = dtype.kind === 'S' ? withoutPadding(text) : fromUtf32(text, dtype.isBigEndian);
    if (utf8 === undefined || !isUtf8(utf8))
      throw new Invalid(
        `the file '${file.path}' has a string that is no Unicode in row ${firstRow + row}: field '${of.field.name}' takes UTF-8`,
      );
    checkLength(of, utf8.length, firstRow + row);
    builder.appendUtf8(utf8);
  }
}

/** NumPy fills strings up with zeros. */
function withoutPadding(text: Buffer): Buffer {
  let end = text.length;
  while (end > 0 && text[end - 1] === 0) end--;
  return text.subarray(0, end);
}

/** Undefined for what are no code points. */
function fromUtf32(text: Buffer, isBigEndian: boolean): Buffer | undefined {
  let end = text.length;
  while (end > 0 && text.readUInt32LE(end - 4) === 0) end -= 4;
  let string = '';
  for (let at = 0; at < end; at += 4) {
    const point = isBigEndian ? text.readUInt32BE(at) : text.readUInt32LE(at);
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined;
    string += String.fromCodePoint(point);
  }
  return Buffer.from(string, 'utf8');
}
