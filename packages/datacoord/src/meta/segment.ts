import { type common, data, internal, WireFields } from '@millrace/proto';
import { fieldIDOf, fileBytesOf, kindOfField, logFields, putWrapped, wrappedBytes } from './log-bytes.ts';
import { asRead, type Known, recordFlagBits, recordFlags, scanRecord } from './scan-record.ts';
import { headFields, rewriteHead, type SegmentHead } from './segment-head.ts';
import {
  type LogList,
  noLogs,
  rowsOfLogs,
  type SegmentLogs,
  type StoredFieldLogs,
  sameLogs,
  toFieldBinlogs,
} from './segment-logs.ts';
import { ownPlace, type Place, type Slab } from './slab.ts';

/** What a segment can be made of and changed in. Source of the meanings: `Segment`. */
export interface SegmentChanges extends Partial<SegmentHead> {
  readonly logs?: SegmentLogs;
}

type NewSegment = Pick<SegmentHead, 'id' | 'collectionID' | 'partitionID' | 'channel' | 'state' | 'maxRows'> &
  SegmentChanges;

/** Field of `internal.MsgPosition`. */
const positionTimestamp = 4;

/**
 * A segment as the metastore knows it. Replaced as a whole (`with`), never changed in place.
 *
 * It is its stored bytes: one record of the form of `data.SegmentInfo`, the stored head with the stored logs of each field behind it. What
 * every scan asks is read once; the rest is read from the bytes each time it is asked, so that a hundred thousand segments fit.
 */
export class Segment implements SegmentHead {
  readonly id: bigint;
  readonly collectionID: bigint;
  readonly partitionID: bigint;
  /** Virtual channel its rows come from. */
  readonly channel: string;
  readonly state: common.SegmentState;
  /** Rows in its binlogs, or at its checkpoint where it has none. */
  readonly rows: number;
  /** What an answer of GetRecoveryInfoV2 takes for it; 0 until the encoder has counted that. A query coordinator asks every few seconds. */
  recoveryBytes = 0;
  private readonly flags: number;
  private readonly slab: Slab;
  private readonly start: number;
  private readonly logsStart: number;
  private readonly end: number;

  /**
   * Reads the record. `known` lends its strings and ids where they are the same. Throws Corrupt for bytes that are no segment.
   * @param headEnd where logs may begin: one before it is inline. By default none is.
   */
  constructor(place: Place, known: Known, headEnd = place.start) {
    const scanned = scanRecord(place, known, headEnd);
    this.id = scanned.id;
    this.collectionID = scanned.collectionID;
    this.partitionID = scanned.partitionID;
    this.channel = scanned.channel;
    // An unknown number is kept as it is and counts as no state.
    this.state = scanned.state as common.SegmentState;
    this.rows = scanned.rows;
    this.flags = scanned.flags | (scanned.files << recordFlagBits);
    this.slab = place.slab;
    this.start = place.start;
    this.logsStart = scanned.logsStart;
    this.end = place.end;
  }

  /** A segment that the store does not know yet. */
  static create(made: NewSegment): Segment {
    const { logs = noLogs, ...head } = made;
    return new Segment(packed(rewriteHead(noBytes, head), logs), asRead);
  }

  get maxRows(): number {
    return Number(this.number(headFields.maxRows));
  }

  /** No row with a timestamp at or above it can still come. While the segment grows it is ahead of the last allocation, never behind. */
  get lastExpireTime(): bigint {
    return this.number(headFields.lastExpireTime);
  }

  get startPosition(): internal.MsgPosition | undefined {
    return this.has(recordFlags.startPosition) ? this.position(headFields.startPosition) : undefined;
  }

  /** Everything of the segment up to here is in its binlogs. */
  get dmlPosition(): internal.MsgPosition | undefined {
    return this.has(recordFlags.dmlPosition) ? this.position(headFields.dmlPosition) : undefined;
  }

  /** Whether it has a start or a dml position: one without was never saved. */
  get hasPosition(): boolean {
    return this.has(recordFlags.startPosition | recordFlags.dmlPosition);
  }

  /** The timestamp of its dml position, else of its start position; 0 without any. Cheaper than reading a whole position. */
  get readFromTimestamp(): bigint {
    const at = this.find(
      this.has(recordFlags.dmlPosition) ? headFields.dmlPosition : headFields.startPosition,
    );
    if (at === undefined) return 0n;
    const position = new WireFields(at.bytes, at.valueStart, at.valueEnd);
    while (position.next()) if (position.number === positionTimestamp) return position.uint64();
    return 0n;
  }

  get createdByCompaction(): boolean {
    return this.has(recordFlags.createdByCompaction);
  }

  get hasLineage(): boolean {
    return this.has(recordFlags.lineage);
  }

  /** The segments whose rows it took over. */
  get compactionFrom(): readonly bigint[] {
    return this.hasLineage ? data.SegmentInfo.decode(this.head).compactionFrom : noIDs;
  }

  /** Unix nanoseconds; 0 while it lives. */
  get droppedAt(): bigint {
    return this.number(headFields.droppedAt);
  }

  get isImporting(): boolean {
    return this.has(recordFlags.importing);
  }

  get isFake(): boolean {
    return this.has(recordFlags.fake);
  }

  get hasInsertLogs(): boolean {
    return this.has(recordFlags.insertLogs);
  }

  /** Log files of all kinds and fields. */
  get fileCount(): number {
    return this.flags >>> recordFlagBits;
  }

  get logs(): SegmentLogs {
    const lists: Record<keyof SegmentLogs, StoredFieldLogs[]> = { insert: [], stats: [], delta: [] };
    for (const field = new WireFields(this.slab.bytes, this.logsStart, this.end); field.next(); ) {
      const kind = kindOfField(field.number);
      if (kind === undefined) continue;
      const bytes = field.content();
      lists[kind].push({ fieldID: fieldIDOf(bytes), bytes });
    }
    return lists;
  }

  /** Sizes of all log files, as their writers counted them. Cheaper than reading the logs. */
  get logBytes(): number {
    let sum = 0;
    for (const field = new WireFields(this.slab.bytes, this.logsStart, this.end); field.next(); )
      if (kindOfField(field.number) !== undefined)
        sum += fileBytesOf(this.slab.bytes, field.valueStart, field.valueEnd);
    return sum;
  }

  /** The stored head, without logs: the value of the segment's key. */
  get head(): Uint8Array {
    return this.slab.bytes.subarray(this.start, this.logsStart);
  }

  /** Head and logs as one `data.SegmentInfo` whose paths are left out, for encoders. Not to be written to. */
  get record(): Place {
    return { slab: this.slab, start: this.start, end: this.end };
  }

  /** The part of the record that logs stand in. */
  get recordOfLogs(): Place {
    return { slab: this.slab, start: this.logsStart, end: this.end };
  }

  /** Every log is stored the way we and Milvus 2.2 write it: numbers in order, its id last, no path. */
  get hasPlainLogs(): boolean {
    return !this.has(recordFlags.oddLogs);
  }

  /** Its head is in the order of its field numbers, as every writer known writes it. */
  get isOrdered(): boolean {
    return !this.has(recordFlags.unordered);
  }

  /** Its logs were read from the head, where Milvus before 2.2 kept them: their keys are not there yet. */
  get logsInline(): boolean {
    return this.has(recordFlags.logsInline);
  }

  /** The segment with these changes; itself where nothing changes. */
  with(changes: SegmentChanges): Segment {
    const { logs: next, ...head } = changes;
    const present = this.logs;
    const named = rewriteHead(this.head, head);
    const sameHead = Buffer.compare(named, this.head) === 0;
    if (sameHead && (next === undefined || sameLogs(present, next))) return this;
    const logs = next ?? present;
    const { channel, collectionID, partitionID } = this;
    const rows = head.rows ?? rowsOfLogs(logs) ?? this.rows;
    return new Segment(packed(rewriteHead(named, { rows }), logs), {
      text(field) {
        const text = field.text();
        return text === channel ? channel : text;
      },
      id(field) {
        const id = field.int64();
        return id === collectionID ? collectionID : id === partitionID ? partitionID : id;
      },
    });
  }

  private has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  private number(number: number): bigint {
    const field = this.find(number);
    return field === undefined ? 0n : field.uint64();
  }

  private position(number: number): internal.MsgPosition | undefined {
    const field = this.find(number);
    return field === undefined ? undefined : internal.MsgPosition.decode(field.content());
  }

  private find(number: number): WireFields | undefined {
    const field = new WireFields(this.slab.bytes, this.start, this.end);
    while (field.next()) if (field.number === number) return field;
    return undefined;
  }
}

const noBytes = new Uint8Array();
const noIDs: readonly bigint[] = [];

/** One record of its own. */
function packed(head: Uint8Array, logs: SegmentLogs): Place {
  const lists = (['insert', 'stats', 'delta'] as const).flatMap((kind) =>
    logs[kind].map(({ bytes }) => ({ number: logFields[kind], bytes })),
  );
  const place = ownPlace(head.length + lists.reduce((sum, { bytes }) => sum + wrappedBytes(bytes.length), 0));
  let at = place.start;
  place.slab.bytes.set(head, at);
  at += head.length;
  for (const { number, bytes } of lists) at = putWrapped(place.slab.bytes, at, number, bytes);
  return place;
}

/** As an answer carries it, logs with their paths. For answers of a few segments; `answers/` writes large ones without objects. */
export function segmentInfo(segment: Segment, objectRoot: string): data.SegmentInfo {
  const ids = { collectionID: segment.collectionID, partitionID: segment.partitionID, segmentID: segment.id };
  const { insert, stats, delta } = segment.logs;
  const logs = (kind: keyof SegmentLogs, list: LogList) => toFieldBinlogs(objectRoot, kind, ids, list);
  return {
    ...data.SegmentInfo.decode(segment.head),
    numOfRows: BigInt(segment.rows),
    binlogs: logs('insert', insert),
    statslogs: logs('stats', stats),
    deltalogs: logs('delta', delta),
  };
}
