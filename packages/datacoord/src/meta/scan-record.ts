import { WireFields } from '@millrace/proto';
import { entriesOf, kindOfField, logCount, plainLogs } from './log-bytes.ts';
import { headFields } from './segment-head.ts';
import type { Place, Slab } from './slab.ts';

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

/** Reads texts and ids; one that equals one it knows as that one, so that segments of a collection share theirs. */
export interface Known {
  text(field: WireFields): string;
  id(field: WireFields): bigint;
}

/** Knows nothing. */
export const asRead: Known = { text: (field) => field.text(), id: (field) => field.int64() };

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
  /** Where the head ends and its logs begin. */
  logsStart: number;
}

/**
 * Reads of a segment's record what every scan asks. Throws Corrupt for bytes that are none. The result holds until the next call: a start
 * scans hundreds of thousands. @param headEnd where logs may begin: one before it is inline
 */
export function scanRecord(
  { slab, start, end }: Place,
  known: Known,
  headEnd = start,
): Readonly<ScannedRecord> {
  scanned.id = 0n;
  scanned.collectionID = 0n;
  scanned.partitionID = 0n;
  scanned.channel = '';
  scanned.state = 0;
  scanned.rows = 0;
  scanned.flags = 0;
  scanned.files = 0;
  scanned.logsStart = end;
  let before = 0;
  for (const field = new WireFields(slab.bytes, start, end); field.next(); ) {
    if (kindOfField(field.number) !== undefined) {
      if (field.start < scanned.logsStart) scanned.logsStart = field.start;
      if (field.start < headEnd) scanned.flags |= recordFlags.logsInline;
      scanLogs(slab, field, scanned);
      continue;
    }
    if (field.number < before) scanned.flags |= recordFlags.unordered;
    before = field.number;
    scanHead(field, known, scanned);
  }
  return scanned;
}

const scanned: ScannedRecord = {
  id: 0n,
  collectionID: 0n,
  partitionID: 0n,
  channel: '',
  state: 0,
  rows: 0,
  flags: 0,
  files: 0,
  logsStart: 0,
};

function scanHead(field: WireFields, known: Known, into: ScannedRecord): void {
  switch (field.number) {
    case headFields.id:
      into.id = field.int64();
      return;
    case headFields.collectionID:
      into.collectionID = known.id(field);
      return;
    case headFields.partitionID:
      into.partitionID = known.id(field);
      return;
    case headFields.channel:
      into.channel = known.text(field);
      return;
    case headFields.rows:
      into.rows = field.valueEnd - field.valueStart < 5 ? field.uint32() : Number(field.int64());
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

function scanLogs(slab: Slab, field: WireFields, into: ScannedRecord): void {
  const { bytes, number, valueStart, valueEnd } = field;
  const logs = plainLogs(slab, valueStart, valueEnd);
  if (logs === undefined) into.flags |= recordFlags.oddLogs;
  into.files += logs ?? logCount(bytes, valueStart, valueEnd);
  if (kindOfField(number) !== 'insert' || (into.flags & recordFlags.insertLogs) !== 0) return;
  into.flags |= recordFlags.insertLogs;
  into.rows = entriesOf(bytes, valueStart, valueEnd) ?? into.rows;
}
