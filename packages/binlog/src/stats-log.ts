import { Corrupt } from '@millrace/core';
import { BloomFilter } from './bloom-filter.ts';
import { dataTypeCodes } from './data-type.ts';
import { type ExactJson, goString, isObject, parseExact } from './exact-json.ts';
import { comparePrimaryKeys, type PrimaryKey, primaryKeyTypeCode } from './primary-key.ts';
import { mayContain, type PrimaryKeySummary } from './primary-key-summary.ts';

/** Which keys an insert log may hold: range and bloom filter, and the field they are of, the primary key. Source: formats §7.1. */
export interface StatsLog extends PrimaryKeySummary {
  readonly fieldID: bigint;
}

/** The stats log of one insert log, byte for byte as Milvus 2.2.8 writes it. Source: formats §7.1. */
export function encodeStatsLog(fieldID: bigint, summary: PrimaryKeySummary): Uint8Array {
  const { min, max, filter } = summary;
  const bf = `{"m":${filter.bits},"k":${filter.probes},"b":"${filter.toBase64()}"}`;
  return Buffer.from(
    `{"fieldID":${fieldID},"max":0,"min":0,"bf":${bf},"pkType":${primaryKeyTypeCode(min)},` +
      `"maxPk":${keyText(max)},"minPk":${keyText(min)}}`,
    'utf8',
  );
}

function keyText(key: PrimaryKey): string {
  return typeof key === 'bigint' ? key.toString() : goString(key);
}

/**
 * Reads a stats log. Files older than `pkType` are int64 and keep their range in `min` and `max`.
 * @throws Corrupt when it is damaged, as far as its parts can contradict each other
 */
export function decodeStatsLog(bytes: Uint8Array): StatsLog {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const document = parseExact(text, 'stats log');
  if (!isObject(document)) throw damaged('is not an object');
  const { fieldID, bf } = document;
  if (typeof fieldID !== 'bigint') throw damaged('has no integer fieldID');
  if (!isObject(bf)) throw damaged('has no bloom filter');
  const { m, k, b } = bf;
  if (typeof m !== 'bigint' || typeof k !== 'bigint' || typeof b !== 'string')
    throw damaged('has half a bloom filter');
  const { min, max } = keyRange(document);
  const stats = { fieldID, min, max, filter: BloomFilter.fromBase64(Number(m), Number(k), b) };
  if ([min, max].some((key) => isFaithful(key) && !mayContain(stats, key))) {
    throw damaged('denies its own least or greatest key');
  }
  return stats;
}

/** A key that was no UTF-8 stands in the document with U+FFFD, and the filter knows its real bytes. */
function isFaithful(key: PrimaryKey): boolean {
  return typeof key === 'bigint' || !key.includes('\ufffd');
}

function keyRange(document: { readonly [key: string]: ExactJson }): { min: PrimaryKey; max: PrimaryKey } {
  const { pkType, minPk, maxPk } = document;
  switch (pkType) {
    case undefined:
      return ordered(document['min'], document['max'], isInt64);
    case BigInt(dataTypeCodes.int64):
      return ordered(minPk, maxPk, isInt64);
    case BigInt(dataTypeCodes.varchar):
      return ordered(minPk, maxPk, isText);
    default:
      throw damaged('has a primary key type other than Int64 and VarChar');
  }
}

function ordered(
  min: ExactJson | undefined,
  max: ExactJson | undefined,
  isKey: (value: ExactJson | undefined) => value is PrimaryKey,
): { min: PrimaryKey; max: PrimaryKey } {
  if (!isKey(min) || !isKey(max)) throw damaged('has no least or greatest key of its type');
  if (comparePrimaryKeys(min, max) > 0) throw damaged('has a least key above its greatest');
  return { min, max };
}

function isInt64(value: ExactJson | undefined): value is bigint {
  return typeof value === 'bigint' && BigInt.asIntN(64, value) === value;
}

function isText(value: ExactJson | undefined): value is string {
  return typeof value === 'string';
}

function damaged(what: string): Corrupt {
  return new Corrupt(`stats log ${what}: it must be written again from its segment`);
}
