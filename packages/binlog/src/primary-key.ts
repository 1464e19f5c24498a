import { Internal } from '@millrace/core';
import { type Column, varcharOffsets } from './column.ts';
import { dataTypeCodes } from './data-type.ts';

/** A primary key: int64 or varchar. */
export type PrimaryKey = bigint | string;

/** The two column types a primary key may have. All keys of a collection are of one. */
export type PrimaryKeyType = 'int64' | 'varchar';

/** The bytes a primary key is hashed as: 8 little-endian bytes or UTF-8. Source: formats §7.2. */
export function primaryKeyBytes(key: PrimaryKey): Uint8Array {
  if (typeof key === 'string') return Buffer.from(key, 'utf8');
  return new Uint8Array(BigInt64Array.of(key).buffer);
}

/**
 * The key that these bytes stand for. Bytes that are no UTF-8 become U+FFFD, as in Milvus' own JSON.
 * @throws Internal for an int64 key that has not eight bytes
 */
export function primaryKeyOf(type: PrimaryKeyType, bytes: Uint8Array): PrimaryKey {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (type === 'varchar') return view.toString('utf8');
  if (bytes.length !== 8) throw new Internal(`an int64 primary key has 8 bytes, not ${bytes.length}`);
  return view.readBigInt64LE();
}

/**
 * Negative, zero or positive as `a` sorts before, with or after `b`; strings by their UTF-8 bytes, as Milvus does.
 * @throws Internal for keys of two types
 */
export function comparePrimaryKeys(a: PrimaryKey, b: PrimaryKey): number {
  if (a === b) return 0;
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : 1;
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  throw new Internal(
    'an int64 and a varchar primary key have no order: they belong to different collections',
  );
}

/** `pkType` of a stats log or delta log line. */
export function primaryKeyTypeCode(key: PrimaryKey): number {
  return typeof key === 'bigint' ? dataTypeCodes.int64 : dataTypeCodes.varchar;
}

/** Calls `visit` with the place of each key's bytes in a column. @throws Internal for a column of another type */
export function forEachKey(
  type: PrimaryKeyType,
  column: Column,
  visit: (bytes: Uint8Array, start: number, end: number) => void,
): void {
  if (column.dataType !== type)
    throw new Internal(`primary keys are ${type}, the column is ${column.dataType}`);
  const { values } = column;
  if (column.dataType === 'varchar') {
    const offsets = varcharOffsets(column);
    for (let row = 0; row < column.rows; row++) visit(values, (offsets[row] ?? 0) + 4, offsets[row + 1] ?? 0);
    return;
  }
  for (let at = 0; at < values.length; at += 8) visit(values, at, at + 8);
}
