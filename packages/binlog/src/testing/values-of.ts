import { type Column, stringsOf } from '../column.ts';

/** Values of a column as plain JavaScript: int64 as decimal text, binary vectors as hex, float vectors as arrays. */
export function valuesOf(column: Column): unknown[] {
  if (column.dataType === 'varchar')
    return Array.from(stringsOf(column), (utf8) => Buffer.from(utf8).toString());
  const { dataType, values, width } = column;
  return Array.from({ length: column.rows }, (_, row) => {
    const bytes = Buffer.from(values.subarray(row * width, (row + 1) * width));
    switch (dataType) {
      case 'bool':
        return bytes[0] === 1;
      case 'int8':
        return bytes.readInt8();
      case 'int16':
        return bytes.readInt16LE();
      case 'int32':
        return bytes.readInt32LE();
      case 'int64':
        return bytes.readBigInt64LE().toString();
      case 'float':
        return bytes.readFloatLE();
      case 'double':
        return bytes.readDoubleLE();
      case 'binary-vector':
        return bytes.toString('hex');
      case 'float-vector':
        return Array.from({ length: width / 4 }, (_, i) => bytes.readFloatLE(4 * i));
      default:
        return dataType satisfies never;
    }
  });
}
