import { Invalid } from '@millrace/core';
import { data } from '@millrace/proto';
import { type LogKind, type LogOwner, logKinds, logObjectKey } from '@millrace/storage';
import { entriesOf, logCount } from './log-bytes.ts';

/** The logs of one field as the metastore keeps them: an encoded `FieldBinlog` whose paths are left out, because ids rebuild them. */
export interface StoredFieldLogs {
  readonly fieldID: bigint;
  readonly bytes: Uint8Array;
}

/** All logs of one kind, ascending by field: the same after a restart. */
export type LogList = readonly StoredFieldLogs[];

export type SegmentLogs = { readonly [Kind in LogKind]: LogList };

export const noLogs: SegmentLogs = { insert: [], stats: [], delta: [] };

/** The log id at the end of a path, after checking that the path belongs to the segment. */
export function logIDFromPath(kind: LogKind, segmentID: bigint, path: string): bigint {
  const parts = path.split('/');
  const owner = parts.at(kind === 'delta' ? -2 : -3);
  if (owner !== String(segmentID)) {
    throw new Invalid(
      `the segment path doesn't match the segment id: ${path} is not a ${kind} log of segment ${segmentID}`,
    );
  }
  const id = parts.at(-1) ?? '';
  if (!/^\d+$/.test(id)) throw new Invalid(`the last part of the log path ${path} is no log id`);
  return BigInt(id);
}

/** Sorts in place. */
export function byField(list: StoredFieldLogs[]): LogList {
  return list.sort((a, b) => (a.fieldID < b.fieldID ? -1 : a.fieldID > b.fieldID ? 1 : 0));
}

export function decodeLogs(stored: StoredFieldLogs): readonly data.Binlog[] {
  return data.FieldBinlog.decode(stored.bytes).binlogs;
}

/**
 * `list` with the given logs behind what each field has. A log that is there already is not added again: the same call twice leaves the same
 * bytes. Fields keep their objects when nothing was added, so that only what changed is written.
 */
export function appendLogs(
  list: LogList,
  kind: LogKind,
  segmentID: bigint,
  added: readonly data.FieldBinlog[],
): LogList {
  let result = list;
  for (const { fieldID, binlogs } of added) {
    const at = result.findIndex((field) => field.fieldID === fieldID);
    const present = at < 0 ? undefined : result[at];
    const known = new Set(present === undefined ? [] : decodeLogs(present).map((log) => log.logID));
    const fresh = binlogs
      .map((log) => ({
        ...log,
        logID: log.logPath === '' ? log.logID : logIDFromPath(kind, segmentID, log.logPath),
        logPath: '',
      }))
      .filter((log) => !known.has(log.logID));
    if (present !== undefined && fresh.length === 0) continue;
    // A repeated field is extended by appending its encoding.
    const more = data.FieldBinlog.encode({
      fieldID: present === undefined ? fieldID : 0n,
      binlogs: fresh,
    }).finish();
    const stored = { fieldID, bytes: present === undefined ? more : Buffer.concat([present.bytes, more]) };
    result = at < 0 ? byField([...result, stored]) : result.with(at, stored);
  }
  return result;
}

/** Rows of a segment by its insert logs: the entries of its first field; undefined when a log does not say. Source: spec datacoord §6.6. */
export function rowsOfLogs(logs: SegmentLogs): number | undefined {
  const first = logs.insert[0];
  return first === undefined ? undefined : entriesOf(first.bytes);
}

/** Files of the first field of a kind. */
export function fileCount(list: LogList): number {
  const first = list[0];
  return first === undefined ? 0 : logCount(first.bytes);
}

export function sameLogs(a: SegmentLogs, b: SegmentLogs): boolean {
  return logKinds.every(
    (kind) => a[kind].length === b[kind].length && changedFields(a[kind], b[kind]).length === 0,
  );
}

/** Those of `next` whose bytes `previous` does not have. */
export function changedFields(previous: LogList, next: LogList): LogList {
  const before = new Map(previous.map(({ fieldID, bytes }) => [fieldID, bytes]));
  return next.filter(({ fieldID, bytes }) => {
    const known = before.get(fieldID);
    return known === undefined || Buffer.compare(known, bytes) !== 0;
  });
}

/** The logs as an answer carries them, with their full paths. */
export function toFieldBinlogs(
  root: string,
  kind: LogKind,
  ids: LogOwner,
  list: LogList,
): data.FieldBinlog[] {
  return list.map((stored) => ({
    fieldID: stored.fieldID,
    binlogs: decodeLogs(stored).map((log) => ({
      ...log,
      logPath:
        log.logPath === ''
          ? logObjectKey(root, { ...ids, kind, fieldID: stored.fieldID, logID: log.logID })
          : log.logPath,
    })),
  }));
}
