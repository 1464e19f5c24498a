import { isUtf8 } from 'node:buffer';
import type { ColumnBuilder, ColumnType } from '@millrace/binlog';
import { Invalid } from '@millrace/core';
import { checkLength, type ImportField } from '../import-fields.ts';
import type { JsonCursor } from './json-cursor.ts';
import { doubleOf, floatOf, smallInteger } from './json-number.ts';

/** Reads the value that comes next and appends it as a row. @throws Invalid for a value that is none of the field's type */
export type AppendValue = (cursor: JsonCursor, builder: ColumnBuilder) => void;

const [openBracket, closeBracket, comma] = [0x5b, 0x5d, 0x2c];

/** How values of a field are read. Source: spec datanode-and-formats §10.3. */
export function valueReader(field: ImportField): AppendValue {
  const { shape } = field;
  switch (shape.dataType) {
    case 'bool':
      return (cursor, builder) => {
        const value = cursor.boolean();
        if (value === undefined) throw wrongValue(field, 'true or false', cursor);
        builder.extend(1)[0] = value ? 1 : 0;
      };
    case 'int8':
    case 'int16':
    case 'int32':
      return integerReader(field, shape.width);
    case 'int64':
      return int64Reader(field);
    case 'float':
    case 'double':
      return floatReader(field, shape.dataType);
    case 'varchar':
      return (cursor, builder) => appendString(field, cursor, builder);
    case 'binary-vector':
      return binaryVectorReader(field, shape.width);
    case 'float-vector':
      return floatVectorReader(field, shape.width / 4);
  }
}

function integerReader(field: ImportField, width: number): AppendValue {
  const max = 2 ** (8 * width - 1) - 1;
  return (cursor, builder) => {
    const value =
      cursor.number() && cursor.isInteger ? smallInteger(cursor.bytes, cursor.start, cursor.end) : undefined;
    if (value === undefined || value > max || value < -max - 1)
      throw wrongValue(field, `an integer from ${-max - 1} to ${max}`, cursor);
    const row = builder.extend(1);
    for (let at = 0; at < width; at++) row[at] = value >> (8 * at);
  };
}

const int64Max = 2n ** 63n - 1n;

function int64Reader(field: ImportField): AppendValue {
  const word = new BigInt64Array(1);
  const bytes = new Uint8Array(word.buffer);
  return (cursor, builder) => {
    if (!cursor.number() || !cursor.isInteger) throw wrongValue(field, 'an integer', cursor);
    const small = smallInteger(cursor.bytes, cursor.start, cursor.end);
    const value = BigInt(small ?? cursor.bytes.toString('latin1', cursor.start, cursor.end));
    if (value > int64Max || value < -int64Max - 1n) throw wrongValue(field, 'an integer of 64 bits', cursor);
    word[0] = value;
    builder.appendFixed(bytes);
  };
}

function floatReader(field: ImportField, type: Extract<ColumnType, 'float' | 'double'>): AppendValue {
  const word = type === 'float' ? new Float32Array(1) : new Float64Array(1);
  const bytes = new Uint8Array(word.buffer);
  const numberOf = type === 'float' ? floatOf : doubleOf;
  return (cursor, builder) => {
    word[0] = cursor.number() ? numberOf(cursor.bytes, cursor.start, cursor.end) : Number.NaN;
    if (!Number.isFinite(word[0])) throw wrongValue(field, `a number that a ${type} holds`, cursor);
    builder.appendFixed(bytes);
  };
}

function appendString(field: ImportField, cursor: JsonCursor, builder: ColumnBuilder): void {
  if (!cursor.string()) throw wrongValue(field, 'a string', cursor);
  const { bytes, start, end } = cursor;
  if (cursor.isPlain && isUtf8(bytes.subarray(start, end))) {
    checkLength(field, end - start, cursor.row);
    builder.appendUtf8(bytes, start, end);
    return;
  }
  const utf8 = Buffer.from(cursor.text(), 'utf8');
  checkLength(field, utf8.length, cursor.row);
  builder.appendUtf8(utf8);
}

function floatVectorReader(field: ImportField, dim: number): AppendValue {
  const values = new Float32Array(dim);
  const bytes = new Uint8Array(values.buffer);
  return (cursor, builder) => {
    readArray(field, cursor, dim, `an array of ${dim} numbers`, (at) => {
      const value = cursor.number() ? floatOf(cursor.bytes, cursor.start, cursor.end) : Number.NaN;
      if (!Number.isFinite(value)) throw wrongValue(field, 'a number that a float holds', cursor);
      values[at] = value;
    });
    builder.appendFixed(bytes);
  };
}

function binaryVectorReader(field: ImportField, width: number): AppendValue {
  const bytes = new Uint8Array(width);
  return (cursor, builder) => {
    readArray(field, cursor, width, `an array of ${width} integers, one per eight dimensions`, (at) => {
      const value =
        cursor.number() && cursor.isInteger
          ? smallInteger(cursor.bytes, cursor.start, cursor.end)
          : undefined;
      if (value === undefined || value < 0 || value > 255)
        throw wrongValue(field, 'an integer from 0 to 255', cursor);
      bytes[at] = value;
    });
    builder.appendFixed(bytes);
  };
}

/** Reads an array of exactly `length` elements. */
function readArray(
  field: ImportField,
  cursor: JsonCursor,
  length: number,
  wanted: string,
  readElement: (at: number) => void,
): void {
  if (!cursor.take(openBracket)) throw wrongValue(field, wanted, cursor);
  for (let at = 0; at < length; at++) {
    if (at > 0 && !cursor.take(comma)) throw wrongLength(field, cursor, at, length);
    if (at === 0 && cursor.peek() === closeBracket) throw wrongLength(field, cursor, 0, length);
    cursor.mark();
    readElement(at);
  }
  if (cursor.take(closeBracket)) return;
  if (cursor.peek() === comma) throw wrongLength(field, cursor, `more than ${length}`, length);
  throw wrongValue(field, wanted, cursor);
}

function wrongLength(
  { field }: ImportField,
  { row }: JsonCursor,
  got: number | string,
  wanted: number,
): Invalid {
  return new Invalid(
    `the array of vector field '${field.name}' has ${got} elements, it takes ${wanted} (row ${row})`,
  );
}

function wrongValue({ field, shape }: ImportField, wanted: string, cursor: JsonCursor): Invalid {
  return cursor.wrong(`the value of ${shape.dataType} field '${field.name}' must be ${wanted}`);
}
