import { Corrupt } from '@millrace/core';
import type { PairCursor } from '@millrace/metastore';
import { data, WireFields } from '@millrace/proto';
import { type LogKind, logKinds } from '@millrace/storage';
import { kindOfField } from '../meta/log-bytes.ts';
import { Segment } from '../meta/segment.ts';
import { rewriteHead } from '../meta/segment-head.ts';
import { appendLogs, byField, type LogList, noLogs } from '../meta/segment-logs.ts';
import { SlabSpace } from '../meta/slab.ts';
import type { LogCursor } from './log-cursor.ts';
import { RecordDraft } from './record-draft.ts';
import { Recurring } from './recurring.ts';

export type LogCursors = { readonly [Kind in LogKind]: LogCursor };

/** Makes segments of what the store has of them, one behind the other in a few large pieces of memory. */
export class SegmentPacker {
  private readonly space = new SlabSpace();
  private readonly known = new Recurring();
  private readonly draft = new RecordDraft();

  /** Throws Corrupt, naming the key, for values that are no segment. */
  pack(record: PairCursor, logs: LogCursors): Segment {
    try {
      const { draft } = this;
      draft.begin(record);
      let inOrder = true;
      for (const kind of logKinds) if (!this.addLogs(kind, record, logs[kind])) inOrder = false;
      const segment = inOrder ? this.place() : undefined;
      return segment?.isOrdered === true && !segment.logsInline ? segment : this.placeSorted();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const key = record.bytes.toString('utf8', record.keyStart, record.keyEnd);
      throw new Corrupt(
        `the metastore's value of ${key}, or one of the segment's logs, cannot be read (${reason}): restore it from a copy`,
        { cause },
      );
    }
  }

  /** Whether they came in the order of their fields: that of the keys is the order of text. */
  private addLogs(kind: LogKind, record: PairCursor, logs: LogCursor): boolean {
    let inOrder = true;
    let before = 0;
    for (let log = logs.next(record); log !== undefined; log = logs.next(record)) {
      this.draft.addLog(kind, log);
      const keyLength = log.keyEnd - log.keyStart;
      if (keyLength < before) inOrder = false;
      before = keyLength;
    }
    return inOrder;
  }

  /** @param inline that its logs were read from its head */
  private place(inline = false): Segment {
    const place = this.draft.copyTo(this.space);
    const segment = new Segment(place, this.known, inline ? place.end : place.start + this.draft.headLength);
    // Whoever answers with them later must not be the first to find out.
    if (!segment.hasPlainLogs) data.SegmentInfo.decode(place.slab.bytes.subarray(place.start, place.end));
    return segment;
  }

  /**
   * Everything in the order of its numbers. Before 2.2 the record held the logs itself, with their paths; they win over keys of the same
   * kind. Source: spec datacoord §6.2.
   */
  private placeSorted(): Segment {
    const { draft } = this;
    const info = data.SegmentInfo.decode(draft.head);
    const own = { insert: info.binlogs, stats: info.statslogs, delta: info.deltalogs };
    const sorted = (kind: LogKind): LogList =>
      own[kind].length === 0 ? byField(draft.logs(kind)) : appendLogs(noLogs[kind], kind, info.ID, own[kind]);
    const logs = { insert: sorted('insert'), stats: sorted('stats'), delta: sorted('delta') };
    draft.replace(
      withoutLogs(draft.head),
      logKinds.map((kind) => [kind, logs[kind]]),
    );
    return this.place(logKinds.some((kind) => own[kind].length > 0));
  }
}

/** In the order of its fields. */
function withoutLogs(head: Uint8Array): Buffer {
  const fields: Uint8Array[] = [];
  for (const field = new WireFields(head); field.next(); )
    if (kindOfField(field.number) === undefined) fields.push(field.whole());
  return Buffer.from(rewriteHead(Buffer.concat(fields), {}));
}
