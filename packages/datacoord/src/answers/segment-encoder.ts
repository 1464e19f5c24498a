import { data, internal, WireFields } from '@millrace/proto';
import type { LogKind, LogOwner } from '@millrace/storage';
import { kindOfField, wrappedBytes } from '../meta/log-bytes.ts';
import type { Segment } from '../meta/segment.ts';
import { headFields } from '../meta/segment-head.ts';
import { toFieldBinlogs } from '../meta/segment-logs.ts';
import { AnswerBuffer } from './answer-buffer.ts';
import { PlainLogWriter } from './plain-log-writer.ts';

/** Tags of the message that holds a segment's logs. */
type LogTags = { readonly [Kind in LogKind]: number };

const delimited = (number: number) => (number << 3) | 2;
const infoTags: LogTags = { insert: delimited(11), stats: delimited(12), delta: delimited(13) };
const binlogsTags: LogTags = { insert: delimited(2), stats: delimited(4), delta: delimited(5) };
const everyKind: readonly LogKind[] = ['insert', 'stats', 'delta'];
const headNumberMax = Math.max(...Object.values(headFields));

/** One way to tell of an item in an answer: a field of a message in it. */
export interface Form<Item> {
  /** Exactly what `put` writes. */
  bytes(item: Item): number;
  put(item: Item, out: AnswerBuffer): void;
}

/** One that was compacted away has a target. */
export interface ToldSegment {
  readonly segment: Segment;
  readonly target: Segment | undefined;
}

/** Writes the logs of some kinds, or counts what they would take. */
type PutLogs = (segment: Segment, tags: LogTags, kinds: readonly LogKind[], out: AnswerBuffer) => void;

/**
 * Writes segments into answers as their peers read them: stored bytes are copied, and the paths, which are not stored, are written beside
 * them. Byte for byte what encoding `segmentInfo` gives, without an object for each log.
 */
export class SegmentEncoder {
  private readonly root: string;
  private readonly plain: PlainLogWriter;
  /** Heads that are written only to know their length, and the length of their logs. */
  private scratch = new AnswerBuffer(1024);
  private counted = 0;
  private readonly writeLogs: PutLogs = (...logs) => this.logs(...logs);
  private readonly countLogs: PutLogs = (segment, _, kinds) => this.count(segment, kinds);

  constructor(objectRoot: string) {
    this.root = objectRoot;
    this.plain = new PlainLogWriter(objectRoot);
  }

  /** `data.SegmentInfo` with what GetRecoveryInfoV2 tells of a segment. Source: spec datacoord §10.1. */
  recoveryInfo(tag: number): Form<Segment> {
    const form = this.form(tag, single, (segment, out, logs) => {
      this.head(segment, headFields.id, headFields.channel, out);
      rows(segment, headFields.rows, out);
      logs(segment, infoTags, everyKind, out);
    });
    return {
      bytes(segment) {
        if (segment.recoveryBytes === 0) segment.recoveryBytes = form.bytes(segment);
        return segment.recoveryBytes;
      },
      put: form.put,
    };
  }

  /** `data.SegmentBinlogs`. Source: spec datacoord §10.2. */
  binlogs(tag: number): Form<Segment> {
    return this.form(tag, single, (segment, out, logs) => {
      this.head(segment, headFields.id, headFields.id, out);
      logs(segment, binlogsTags, ['insert'], out);
      rows(segment, 3, out);
      logs(segment, binlogsTags, ['stats', 'delta'], out);
      if (segment.channel === '') return;
      const channel = out.open(delimited(6));
      out.put(Buffer.from(segment.channel));
      out.close(channel);
    });
  }

  /**
   * All of `data.SegmentInfo`. One that was compacted away is told with the deletes that have since gone to its target, and the target's
   * position. Source: spec datacoord §2.7.
   */
  info(tag: number): Form<ToldSegment> {
    const both = ({ segment, target }: ToldSegment) => (target === undefined ? [segment] : [segment, target]);
    return this.form(tag, both, ({ segment, target }, out, logs) => {
      this.head(segment, headFields.id, headFields.channel, out);
      rows(segment, headFields.rows, out);
      if (target === undefined) {
        this.head(segment, headFields.state, headFields.dmlPosition, out);
      } else {
        this.head(segment, headFields.state, headFields.startPosition, out);
        position(target.dmlPosition, out);
      }
      logs(segment, infoTags, everyKind, out);
      if (target !== undefined) logs(target, infoTags, ['delta'], out);
      this.head(segment, headFields.createdByCompaction, headNumberMax, out);
    });
  }

  private form<Item>(
    tag: number,
    segmentsOf: (item: Item) => readonly Segment[],
    content: (item: Item, out: AnswerBuffer, logs: PutLogs) => void,
  ): Form<Item> {
    return {
      bytes: (item) => {
        let most = 64;
        for (const { record } of segmentsOf(item)) most += (record.end - record.start) * 2;
        if (most > this.scratch.bytes.length) this.scratch = new AnswerBuffer(most);
        this.scratch.at = 0;
        this.counted = 0;
        content(item, this.scratch, this.countLogs);
        return wrappedBytes(this.scratch.at + this.counted);
      },
      put: (item, out) => {
        const start = out.open(tag);
        content(item, out, this.writeLogs);
        out.close(start);
      },
    };
  }

  /** Fields of the head as they are stored, which is in the order of their numbers: neighbours are copied together. */
  private head({ record }: Segment, from: number, to: number, out: AnswerBuffer): void {
    const { slab, start, end } = record;
    let first = -1;
    let last = -1;
    for (const field = new WireFields(slab.bytes, start, end); field.next(); ) {
      if (field.number < from) continue;
      if (kindOfField(field.number) !== undefined) break;
      if (field.number > to) break;
      if (first < 0) first = field.start;
      last = field.valueEnd;
    }
    if (first >= 0) out.copy(slab, first, last);
  }

  private logs(segment: Segment, tags: LogTags, kinds: readonly LogKind[], out: AnswerBuffer): void {
    if (!segment.hasPlainLogs) {
      for (const kind of kinds) {
        for (const logs of this.oddLogs(segment, kind)) {
          const start = out.open(tags[kind]);
          out.put(logs);
          out.close(start);
        }
      }
      return;
    }
    this.plain.segment(ownerOf(segment));
    const { slab, start, end } = segment.recordOfLogs;
    for (const field = new WireFields(slab.bytes, start, end); field.next(); ) {
      const kind = kindOfField(field.number);
      if (kind === undefined || !kinds.includes(kind)) continue;
      const opened = out.open(tags[kind]);
      this.plain.put(slab, field.valueStart, field.valueEnd, kind, out);
      out.close(opened);
    }
  }

  /** What `logs` writes of them. */
  private count(segment: Segment, kinds: readonly LogKind[]): void {
    if (!segment.hasPlainLogs) {
      for (const kind of kinds)
        for (const { length } of this.oddLogs(segment, kind)) this.counted += wrappedBytes(length);
      return;
    }
    this.plain.segment(ownerOf(segment));
    const { slab, start, end } = segment.recordOfLogs;
    for (const field = new WireFields(slab.bytes, start, end); field.next(); ) {
      const kind = kindOfField(field.number);
      if (kind === undefined || !kinds.includes(kind)) continue;
      this.counted += wrappedBytes(this.plain.bytes(slab, field.valueStart, field.valueEnd, kind));
    }
  }

  /** Logs that are stored in another way than ours and Milvus' 2.2 are read and written anew. */
  private oddLogs(segment: Segment, kind: LogKind): Uint8Array[] {
    return toFieldBinlogs(this.root, kind, ownerOf(segment), segment.logs[kind]).map((logs) =>
      data.FieldBinlog.encode(logs).finish(),
    );
  }
}

const single = (segment: Segment): readonly Segment[] => [segment];

function ownerOf({ collectionID, partitionID, id }: Segment): LogOwner {
  return { collectionID, partitionID, segmentID: id };
}

function rows(segment: Segment, number: number, out: AnswerBuffer): void {
  if (segment.rows === 0) return;
  out.byte(number << 3);
  if (segment.rows > 0) out.varint(segment.rows);
  // Nobody counts so, but a record may say it.
  else
    out.put(
      data.SegmentInfo.encode(data.SegmentInfo.fromPartial({ numOfRows: BigInt(segment.rows) }))
        .finish()
        .subarray(1),
    );
}

function position(at: internal.MsgPosition | undefined, out: AnswerBuffer): void {
  if (at === undefined) return;
  const start = out.open(delimited(headFields.dmlPosition));
  out.put(internal.MsgPosition.encode(at).finish());
  out.close(start);
}
