import { copyWords } from '@millrace/core';
import { LogKeyWriter, type LogKind, type LogOwner } from '@millrace/storage';
import { wrappedBytes } from '../meta/log-bytes.ts';
import type { Slab } from '../meta/slab.ts';
import type { AnswerBuffer } from './answer-buffer.ts';
import {
  behindFieldID,
  endOfLog,
  fieldIDBetween,
  hasEighteenDigits,
  startOfID,
  startOfLog,
  startOfNumber,
} from './plain-log.ts';

/** Writes the logs of segments with their paths, or counts their bytes. What `plainLogs` of meta holds to be plain is taken for granted. */
export class PlainLogWriter {
  private readonly keys: LogKeyWriter;
  /** For numbers that are written only to count their digits. */
  private readonly scratch = new DataView(new ArrayBuffer(64));

  constructor(objectRoot: string) {
    this.keys = new LogKeyWriter(objectRoot);
  }

  /** The segment whose logs follow. */
  segment(owner: LogOwner): void {
    this.keys.segment(owner);
  }

  /** The logs of one field, each with its path before its log_size. */
  put(slab: Slab, start: number, end: number, kind: LogKind, out: AnswerBuffer): void {
    const { bytes, view: source } = slab;
    const { bytes: target, view } = out;
    const { keys } = this;
    let at = behindFieldID(bytes, start, end);
    if (at > start) out.copy(slab, start, at);
    const prefixLength = keys.select(kind, fieldIDBetween(bytes, start, at));
    const isShort = hasShortPaths(prefixLength);
    while (at < end) {
      const logStart = startOfLog(bytes, at);
      const logEnd = endOfLog(bytes, at);
      at = logEnd;
      const idStart = startOfID(bytes, source, logEnd);
      let pathAt = idStart - 1;
      if (pathAt > logStart) {
        const sizeStart = startOfNumber(bytes, pathAt);
        if (bytes[sizeStart - 1] === 0x28) pathAt = sizeStart - 1;
      }

      const log = out.at + 3;
      target[log - 3] = 0x12;
      let to = copyWords(view, log, source, logStart, pathAt);
      target[to] = 0x22;
      to += isShort ? 2 : 3;
      const path = to;
      keys.writePrefix(view, path);
      to = this.writeID(slab, idStart, logEnd, view, path + prefixLength);
      if (isShort) target[path - 1] = to - path;
      else to = out.lengthOf(path, to);
      to = copyWords(view, to, source, pathAt, logEnd);
      out.at = out.lengthOf(log, to);
    }
  }

  /** What `put` writes. */
  bytes(slab: Slab, start: number, end: number, kind: LogKind): number {
    const { bytes, view } = slab;
    let at = behindFieldID(bytes, start, end);
    let sum = at - start;
    const prefixLength = this.keys.prefixLength(kind, fieldIDBetween(bytes, start, at));
    while (at < end) {
      const logStart = startOfLog(bytes, at);
      const logEnd = endOfLog(bytes, at);
      at = logEnd;
      const idStart = startOfID(bytes, view, logEnd);
      // Counting other digits takes as long as writing them.
      const digits = hasEighteenDigits(bytes, idStart, logEnd)
        ? 18
        : this.writeID(slab, idStart, logEnd, this.scratch, 0);
      sum += wrappedBytes(logEnd - logStart + wrappedBytes(prefixLength + digits));
    }
    return sum;
  }

  private writeID(slab: Slab, start: number, end: number, view: DataView, at: number): number {
    let low = 0;
    let middle = 0;
    let high = 0;
    if (end - start === 9) {
      low = sevenOfFour(slab.view.getInt32(start, true));
      middle = sevenOfFour(slab.view.getInt32(start + 4, true));
      high = slab.bytes[end - 1] ?? 0;
    } else {
      for (let shift = 0, from = start; from < end; from++, shift += 7) {
        const part = (slab.bytes[from] ?? 0) & 0x7f;
        if (shift < 28) low |= part << shift;
        else middle |= part << (shift - 28);
      }
    }
    return this.keys.writeID((low | (middle << 28)) >>> 0, ((middle >>> 4) | (high << 24)) >>> 0, view, at);
  }
}

/** The lower seven bits of each of four bytes, as one number. */
function sevenOfFour(word: number): number {
  return (word & 0x7f) | ((word & 0x7f00) >>> 1) | ((word & 0x7f_0000) >>> 2) | ((word & 0x7f00_0000) >>> 3);
}

/** Whether the length of every path takes one byte: a number below 2^63 has up to 19 digits. */
const hasShortPaths = (prefixLength: number): boolean => prefixLength + 19 < 0x80;
