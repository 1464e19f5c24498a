import { Corrupt } from '@millrace/core';
import { dataTypeCodes } from './data-type.ts';
import { type ExactJson, goString, isObject, parseExact } from './exact-json.ts';
import { type PrimaryKey, primaryKeyTypeCode } from './primary-key.ts';

/** One deleted key: rows with it and a timestamp up to this one are gone. */
export interface DeleteEntry {
  readonly primaryKey: PrimaryKey;
  readonly timestamp: bigint;
}

/** One line of a delta log, byte for byte as Milvus writes it. Source: formats §7.3. */
export function deleteLine({ primaryKey, timestamp }: DeleteEntry): string {
  const pk = typeof primaryKey === 'string' ? goString(primaryKey) : primaryKey;
  return `{"pk":${pk},"ts":${timestamp},"pkType":${primaryKeyTypeCode(primaryKey)}}`;
}

/** The line of an int64 key, which needs no JSON parser, in its present and its older form. */
const int64Line = /^(?:\{"pk":(-?\d{1,20}),"ts":(\d{1,20}),"pkType":5\}|(-?\d{1,20}),(\d{1,20}))$/;

/** Reads one line of a delta log. @throws Corrupt */
export function parseDeleteLine(utf8: Uint8Array): DeleteEntry {
  const line = Buffer.from(utf8.buffer, utf8.byteOffset, utf8.length).toString('utf8');
  const match = int64Line.exec(line);
  if (match !== null) {
    const [, pk, ts, legacyPk, legacyTs] = match;
    return int64Entry(BigInt(pk ?? legacyPk ?? ''), BigInt(ts ?? legacyTs ?? ''));
  }
  const json = parseExact(line, 'line of a delta log');
  if (!isObject(json)) throw damaged();
  return entryOf(json['pk'], json['ts'], json['pkType']);
}

function entryOf(
  pk: ExactJson | undefined,
  ts: ExactJson | undefined,
  pkType: ExactJson | undefined,
): DeleteEntry {
  if (typeof ts !== 'bigint') throw damaged();
  if (pkType === BigInt(dataTypeCodes.int64) && typeof pk === 'bigint') return int64Entry(pk, ts);
  if (pkType === BigInt(dataTypeCodes.varchar) && typeof pk === 'string') {
    return { primaryKey: pk, timestamp: timestampOf(ts) };
  }
  throw damaged();
}

function int64Entry(primaryKey: bigint, ts: bigint): DeleteEntry {
  if (BigInt.asIntN(64, primaryKey) !== primaryKey) throw damaged();
  return { primaryKey, timestamp: timestampOf(ts) };
}

function timestampOf(ts: bigint): bigint {
  if (BigInt.asUintN(64, ts) !== ts) throw damaged();
  return ts;
}

function damaged(): Corrupt {
  return new Corrupt(
    'line of a delta log has no primary key and timestamp: the file must be restored or rebuilt',
  );
}
