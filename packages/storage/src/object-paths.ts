import type { UniqueID } from '@millrace/core';

/** The three kinds of files of a segment, as the first part of the key below the root. Source: datanode-and-formats §8.1. */
const folders = {
  insert: 'insert_log',
  stats: 'stats_log',
  delta: 'delta_log',
} as const;

/** `insert`: rows, `stats`: which keys they have, `delta`: deletes. */
export type LogKind = keyof typeof folders;

/** Kinds in the order in which they appear in listings and documentation. */
export const logKinds: readonly LogKind[] = ['insert', 'stats', 'delta'];

/** Which segment a file belongs to. */
export interface LogOwner {
  readonly collectionID: UniqueID;
  readonly partitionID: UniqueID;
  readonly segmentID: UniqueID;
}

/** One column of some rows. */
export interface InsertLog extends LogOwner {
  readonly kind: 'insert';
  readonly fieldID: UniqueID;
  readonly logID: UniqueID;
}

/** Bloom filter and bounds of primary keys; `fieldID` is the primary key's. */
export interface StatsLog extends LogOwner {
  readonly kind: 'stats';
  readonly fieldID: UniqueID;
  readonly logID: UniqueID;
}

/** Deleted primary keys with their timestamps. */
export interface DeltaLog extends LogOwner {
  readonly kind: 'delta';
  readonly logID: UniqueID;
}

/** A file of a segment by the ids in its key: `parseLogObjectKey` makes it, `logObjectKey` turns it back. */
export type LogObject = InsertLog | StatsLog | DeltaLog;

type FieldLog = Omit<InsertLog, 'kind'>;

/** `{root}/insert_log/{collection}/{partition}/{segment}/{field}/{log}` */
export function insertLogKey(root: string, log: FieldLog): string {
  return `${segmentLogPrefix(root, 'insert', log)}${log.fieldID}/${log.logID}`;
}

/** `{root}/stats_log/{collection}/{partition}/{segment}/{primary key field}/{log}` */
export function statsLogKey(root: string, log: FieldLog): string {
  return `${segmentLogPrefix(root, 'stats', log)}${log.fieldID}/${log.logID}`;
}

/** `{root}/delta_log/{collection}/{partition}/{segment}/{log}`, without a field. */
export function deltaLogKey(root: string, log: Omit<DeltaLog, 'kind'>): string {
  return `${segmentLogPrefix(root, 'delta', log)}${log.logID}`;
}

/** The full key of a file: what `log_path` of a Binlog holds. */
export function logObjectKey(root: string, log: LogObject): string {
  switch (log.kind) {
    case 'insert':
      return insertLogKey(root, log);
    case 'stats':
      return statsLogKey(root, log);
    case 'delta':
      return deltaLogKey(root, log);
  }
}

/** Prefix of all files of a kind, ending in `/`. */
export function logPrefix(root: string, kind: LogKind): string {
  return `${rootPrefix(root)}${folders[kind]}/`;
}

/** Prefix of a segment's files of a kind, ending in `/`. */
export function segmentLogPrefix(root: string, kind: LogKind, owner: LogOwner): string {
  return `${logPrefix(root, kind)}${owner.collectionID}/${owner.partitionID}/${owner.segmentID}/`;
}

/** What a key names, or undefined where it is not the key of a segment's file under this root. */
export function parseLogObjectKey(root: string, key: string): LogObject | undefined {
  const kind = logKinds.find((candidate) => key.startsWith(logPrefix(root, candidate)));
  if (kind === undefined) return undefined;
  const ids = key.slice(logPrefix(root, kind).length).split('/').map(parseInt64);
  const [collectionID, partitionID, segmentID, fourth, fifth] = ids;
  if (
    collectionID === undefined ||
    partitionID === undefined ||
    segmentID === undefined ||
    fourth === undefined
  ) {
    return undefined;
  }
  const owner = { collectionID, partitionID, segmentID };
  if (kind === 'delta') return ids.length === 4 ? { kind, ...owner, logID: fourth } : undefined;
  return ids.length === 5 && fifth !== undefined
    ? { kind, ...owner, fieldID: fourth, logID: fifth }
    : undefined;
}

/** A configured root may carry slashes at its ends, and may be empty. */
function rootPrefix(root: string): string {
  const trimmed = root.replace(/^\/+|\/+$/g, '');
  return trimmed === '' ? '' : `${trimmed}/`;
}

/** Only the canonical decimal form counts, so that key → ids → key is the identity. */
function parseInt64(text: string): UniqueID | undefined {
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}
