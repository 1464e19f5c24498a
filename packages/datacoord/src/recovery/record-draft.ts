import { copyWords, wordsAhead } from '@millrace/core';
import type { PairCursor } from '@millrace/metastore';
import { WireFields } from '@millrace/proto';
import type { LogKind } from '@millrace/storage';
import { fieldIDOf, kindOfField, logFields, putWrapper, wrappedBytes } from '../meta/log-bytes.ts';
import type { LogList, StoredFieldLogs } from '../meta/segment-logs.ts';
import type { Place, SlabSpace } from '../meta/slab.ts';

/** Where a segment's record is put together of what the store has of it: its head, then its logs. Used again for the next one. */
export class RecordDraft {
  private bytes = Buffer.allocUnsafeSlow(16 * 1024);
  private view = new DataView(this.bytes.buffer);
  private headEnd = 0;
  private end = 0;

  /** The head as the store has it. */
  begin({ bytes, view, valueStart, valueEnd }: PairCursor): void {
    this.end = 0;
    this.append(bytes, view, valueStart, valueEnd);
    this.headEnd = this.end;
  }

  /** One field's logs as the store has them. */
  addLog(kind: LogKind, { bytes, view, valueStart, valueEnd }: PairCursor): void {
    this.wrap(kind, valueEnd - valueStart);
    this.append(bytes, view, valueStart, valueEnd);
  }

  /** Instead of everything that is there. */
  replace(head: Buffer, logs: readonly (readonly [LogKind, LogList])[]): void {
    this.end = 0;
    this.put(head);
    this.headEnd = this.end;
    for (const [kind, list] of logs) {
      for (const { bytes } of list) {
        this.wrap(kind, bytes.length);
        this.put(bytes);
      }
    }
  }

  get headLength(): number {
    return this.headEnd;
  }

  get head(): Buffer {
    return this.bytes.subarray(0, this.headEnd);
  }

  /** Of one kind, as they were added. */
  logs(kind: LogKind): StoredFieldLogs[] {
    const logs: StoredFieldLogs[] = [];
    for (const field = new WireFields(this.bytes, this.headEnd, this.end); field.next(); ) {
      if (kindOfField(field.number) !== kind) continue;
      const bytes = Buffer.from(field.content());
      logs.push({ fieldID: fieldIDOf(bytes), bytes });
    }
    return logs;
  }

  copyTo(space: SlabSpace): Place {
    const place = space.take(this.end);
    this.bytes.copy(place.slab.bytes, place.start, 0, this.end);
    return place;
  }

  private wrap(kind: LogKind, length: number): void {
    this.reserve(wrappedBytes(length));
    this.end = putWrapper(this.bytes, this.end, logFields[kind], length);
  }

  private append(from: Buffer, view: DataView, start: number, end: number): void {
    this.reserve(end - start);
    if (end + wordsAhead <= from.length) this.end = copyWords(this.view, this.end, view, start, end);
    else this.end += from.copy(this.bytes, this.end, start, end);
  }

  private put(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.end);
    this.end += bytes.length;
  }

  private reserve(more: number): void {
    if (this.end + more + wordsAhead <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.end + more + wordsAhead));
    this.bytes.copy(larger, 0, 0, this.end);
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}
