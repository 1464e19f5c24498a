import { WireFields } from '@millrace/proto';
import { entriesOf, kindOfField, logCount, plainLogs } from './log-bytes.ts';
import { headFields } from './segment-head.ts';
import type { Place } from './slab.ts';

/** What is asked of every segment in turn and answered by a bit. Above the bits stands the number of log files. */
export const recordFlags = {
  createdByCompaction: 1,
  importing: 2,
  fake: 4,
  startPosition: 8,
  dmlPosition: 16,
  lineage: 32,
  insertLogs: 64,
  oddLogs: 128,
  logsInline: 256,
  unordered: 512,
} as const;
export const recordFlagBits = 10;

/** Gives a string or id that equals one it knows as that one, so that segments of a collection share theirs. */
export interface Known {
  text(text: string): string;
  id(id: bigint): bigint;
}

export interface ScannedRecord {
  id: bigint;
  collectionID: bigint;
  partitionID: bigint;
  channel: string;
  state: number;
  rows: number;
  flags: number;
  /** Log files of all kinds and fields. */
  files: number;
}

/** Reads of a segment's record what every scan asks. Throws Corrupt for bytes that are none. */
export function scanRecord({ slab, start, end }: Place, known: Known): ScannedRecord {
  const scanned: ScannedRecord = {
    id: 0n,
    collectionID: 0n,
    partitionID: 0n,
    channel: '',
    state: 0,
    rows: 0,
    flags: 0,
    files: 0,
  };
  let before = 0;
  for (const field = new WireFields(slab.bytes, start, end); field.next(); ) {
    if (kindOfField(field.number) !== undefined) {
      scanLogs(field, scanned);
      continue;
    }
    if (field.number < before) scanned.flags |= recordFlags.unordered;
    before = field.number;
    scanHead(field, known, scanned);
  }
  return scanned;
}

function scanHead(field: WireFields, known: Known, into: ScannedRecord): void {
  switch (field.number) {
    case headFields.id:
      into.id = field.int64();
      return;
    case headFields.collectionID:
      into.collectionID = known.id(field.int64());
      return;
    case headFields.partitionID:
      into.partitionID = known.id(field.int64());
      return;
    case headFields.channel:
      into.channel = known.text(field.text());
      return;
    case headFields.rows:
      into.rows = Number(field.int64());
      return;
    case headFields.state:
      into.state = field.uint32();
      return;
    case headFields.startPosition:
      into.flags |= recordFlags.startPosition;
      return;
    case headFields.dmlPosition:
      into.flags |= recordFlags.dmlPosition;
      return;
    case headFields.compactionFrom:
      into.flags |= recordFlags.lineage;
      return;
    case headFields.createdByCompaction:
      if (field.uint32() !== 0) into.flags |= recordFlags.createdByCompaction;
      return;
    case headFields.isImporting:
      if (field.uint32() !== 0) into.flags |= recordFlags.importing;
      return;
    case headFields.isFake:
      if (field.uint32() !== 0) into.flags |= recordFlags.fake;
      return;
  }
}

function scanLogs({ bytes, number, valueStart, valueEnd }: WireFields, into: ScannedRecord): void {
  const logs = plainLogs(bytes, valueStart, valueEnd);
  if (logs === undefined) into.flags |= recordFlags.oddLogs;
  into.files += logs ?? logCount(bytes, valueStart, valueEnd);
  if (kindOfField(number) !== 'insert' || (into.flags & recordFlags.insertLogs) !== 0) return;
  into.flags |= recordFlags.insertLogs;
  into.rows = entriesOf(bytes, valueStart, valueEnd) ?? into.rows;
}
