import { WireFields } from '@millrace/proto';
import type { LogKind } from '@millrace/storage';
import { fieldIDOf, kindOfField, logFields, putWrapper, wrappedBytes } from '../meta/log-bytes.ts';
import type { StoredFieldLogs } from '../meta/segment-logs.ts';
import type { Place, SlabSpace } from '../meta/slab.ts';

/** Where a segment's record is put together of what the store has of it: its head, then its logs. Used again for the next one. */
export class RecordDraft {
  private bytes = Buffer.allocUnsafeSlow(16 * 1024);
  private headEnd = 0;
  private end = 0;

  begin(head: Uint8Array, start: number, end: number): void {
    this.end = 0;
    this.append(head, start, end);
    this.headEnd = this.end;
  }

  addLog(kind: LogKind, log: Uint8Array, start: number, end: number): void {
    this.reserve(wrappedBytes(end - start));
    this.end = putWrapper(this.bytes, this.end, logFields[kind], end - start);
    this.append(log, start, end);
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

  /** Whether the head holds logs itself. */
  get headHoldsLogs(): boolean {
    for (const field = new WireFields(this.bytes, 0, this.headEnd); field.next(); )
      if (kindOfField(field.number) !== undefined) return true;
    return false;
  }

  copyTo(space: SlabSpace): Place {
    const place = space.take(this.end);
    this.bytes.copy(place.slab.bytes, place.start, 0, this.end);
    return place;
  }

  private append(from: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    // Of what Uint8Array has, each would make a view of the part first.
    this.end += Buffer.prototype.copy.call(from, this.bytes, this.end, start, end);
  }

  private reserve(more: number): void {
    if (this.end + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.end + more));
    this.bytes.copy(larger, 0, 0, this.end);
    this.bytes = larger;
  }
}
