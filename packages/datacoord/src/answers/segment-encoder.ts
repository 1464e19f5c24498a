import { data, internal, WireFields } from '@millrace/proto';
import { LogKeyWriter, type LogKind } from '@millrace/storage';
import { kindOfField } from '../meta/log-bytes.ts';
import type { Segment } from '../meta/segment.ts';
import { headFields } from '../meta/segment-head.ts';
import { type LogList, toFieldBinlogs } from '../meta/segment-logs.ts';
import type { Slab } from '../meta/slab.ts';
import { type AnswerBuffer, copyBytes } from './answer-buffer.ts';

/** Tags of the message that holds a segment's logs. */
type LogTags = { readonly [Kind in LogKind]: number };

const delimited = (number: number) => (number << 3) | 2;
const infoTags: LogTags = { insert: delimited(11), stats: delimited(12), delta: delimited(13) };
const binlogsTags: LogTags = { insert: delimited(2), stats: delimited(4), delta: delimited(5) };
const everyKind: readonly LogKind[] = ['insert', 'stats', 'delta'];
const headNumberMax = Math.max(...Object.values(headFields));

/**
 * Writes segments into answers as their peers read them: stored bytes are copied, and the paths, which are not stored, are written beside
 * them. Byte for byte what encoding `segmentInfo` gives, without an object for each log.
 */
export class SegmentEncoder {
  private readonly root: string;
  private readonly keys: LogKeyWriter;
  private readonly logBytesMax: number;

  constructor(objectRoot: string) {
    this.root = objectRoot;
    this.keys = new LogKeyWriter(objectRoot);
    // A key, its tag and length, and what the lengths around it grow by.
    this.logBytesMax = this.keys.bytesMax + 12;
  }

  /** At least what any of the forms below takes. */
  bytesMax(segment: Segment): number {
    const { start, end } = segment.record;
    return (end - start) * 2 + segment.fileCount * this.logBytesMax + 64;
  }

  /** `data.SegmentInfo` with what GetRecoveryInfoV2 tells of a segment. Source: spec datacoord §10.1. */
  recoveryInfo(segment: Segment, tag: number, out: AnswerBuffer): void {
    const start = out.open(tag);
    this.head(segment, headFields.id, headFields.channel, out);
    rows(segment, headFields.rows, out);
    this.logs(segment, infoTags, everyKind, out);
    out.close(start);
  }

  /** `data.SegmentBinlogs`. Source: spec datacoord §10.2. */
  binlogs(segment: Segment, tag: number, out: AnswerBuffer): void {
    const start = out.open(tag);
    this.head(segment, headFields.id, headFields.id, out);
    this.logs(segment, binlogsTags, ['insert'], out);
    rows(segment, 3, out);
    this.logs(segment, binlogsTags, ['stats', 'delta'], out);
    if (segment.channel !== '') {
      const channel = out.open(delimited(6));
      out.put(Buffer.from(segment.channel));
      out.close(channel);
    }
    out.close(start);
  }

  /**
   * All of `data.SegmentInfo`. One that was compacted away is told with the deletes that have since gone to its target, and the target's
   * position. Source: spec datacoord §2.7.
   */
  info(segment: Segment, target: Segment | undefined, tag: number, out: AnswerBuffer): void {
    const start = out.open(tag);
    this.head(segment, headFields.id, headFields.channel, out);
    rows(segment, headFields.rows, out);
    if (target === undefined) {
      this.head(segment, headFields.state, headFields.dmlPosition, out);
    } else {
      this.head(segment, headFields.state, headFields.startPosition, out);
      position(target.dmlPosition, out);
    }
    this.logs(segment, infoTags, everyKind, out);
    if (target !== undefined) this.logs(target, infoTags, ['delta'], out);
    this.head(segment, headFields.createdByCompaction, headNumberMax, out);
    out.close(start);
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
    const owner = {
      collectionID: segment.collectionID,
      partitionID: segment.partitionID,
      segmentID: segment.id,
    };
    if (!segment.hasPlainLogs) {
      const { logs } = segment;
      for (const kind of kinds) oddLogs(this.root, owner, kind, logs[kind], tags[kind], out);
      return;
    }
    this.keys.segment(owner);
    const { slab, start, end } = segment.record;
    for (const field = new WireFields(slab.bytes, start, end); field.next(); ) {
      const kind = kindOfField(field.number);
      if (kind === undefined || !kinds.includes(kind)) continue;
      const opened = out.open(tags[kind]);
      this.plainLogs(slab, field.valueStart, field.valueEnd, kind, out);
      out.close(opened);
    }
  }

  /** The logs of one field, each with its path before its log_size. What `plainLogs` of meta holds to be plain is taken for granted. */
  private plainLogs(slab: Slab, start: number, end: number, kind: LogKind, out: AnswerBuffer): void {
    const { bytes, view: source } = slab;
    const { bytes: target, view } = out;
    const { keys } = this;
    let at = start;
    let fieldID = 0;
    if (at < end && bytes[at] === 0x08) {
      const fieldStart = at++;
      let shift = 0;
      for (; (bytes[at] ?? 0) >= 0x80; shift += 7) fieldID |= ((bytes[at++] ?? 0) & 0x7f) << shift;
      fieldID |= (bytes[at++] ?? 0) << shift;
      out.copy(slab, fieldStart, at);
    }
    const prefixLength = keys.select(kind, fieldID);
    // A number below 2^63 has up to 19 digits.
    const isShort = prefixLength + 19 < 0x80;
    while (at < end) {
      let length = bytes[at + 1] ?? 0;
      at += 2;
      if (length >= 0x80) length = (length & 0x7f) | ((bytes[at++] ?? 0) << 7);
      const logStart = at;
      const logEnd = at + length;
      at = logEnd;

      // Backwards: every number ends in its only byte below 0x80, its tag is the next such byte before it.
      let idStart = logEnd - 1;
      while ((bytes[idStart - 1] ?? 0) >= 0x80) idStart--;
      let pathAt = idStart - 1;
      if (pathAt > logStart) {
        let sizeStart = pathAt - 1;
        while ((bytes[sizeStart - 1] ?? 0) >= 0x80) sizeStart--;
        if (bytes[sizeStart - 1] === 0x28) pathAt = sizeStart - 1;
      }

      const log = out.at + 3;
      target[log - 3] = 0x12;
      let to = copyBytes(view, log, source, logStart, pathAt);
      target[to] = 0x22;
      to += isShort ? 2 : 3;
      const path = to;
      keys.writePrefix(view, path);
      to = this.writeID(bytes, idStart, logEnd, view, path + prefixLength);
      if (isShort) target[path - 1] = to - path;
      else to = out.lengthOf(path, to);
      to = copyBytes(view, to, source, pathAt, logEnd);
      out.at = out.lengthOf(log, to);
    }
  }

  private writeID(bytes: Uint8Array, start: number, end: number, view: DataView, at: number): number {
    let low = 0;
    let middle = 0;
    let high = 0;
    for (let shift = 0, from = start; from < end; from++, shift += 7) {
      const part = (bytes[from] ?? 0) & 0x7f;
      if (shift < 28) low |= part << shift;
      else if (shift < 56) middle |= part << (shift - 28);
      else high |= part << (shift - 56);
    }
    return this.keys.writeID((low | (middle << 28)) >>> 0, ((middle >>> 4) | (high << 24)) >>> 0, view, at);
  }
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

/** Logs that are stored in another way than ours and Milvus' 2.2 are read and written anew. */
function oddLogs(
  root: string,
  owner: Parameters<typeof toFieldBinlogs>[2],
  kind: LogKind,
  list: LogList,
  tag: number,
  out: AnswerBuffer,
): void {
  for (const logs of toFieldBinlogs(root, kind, owner, list)) {
    const start = out.open(tag);
    out.put(data.FieldBinlog.encode(logs).finish());
    out.close(start);
  }
}
