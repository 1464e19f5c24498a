import { Corrupt } from '@millrace/core';
import type { KeyValue } from '@millrace/metastore';
import { data, WireFields } from '@millrace/proto';
import type { LogKind } from '@millrace/storage';
import { kindOfField, logFields, putWrapped, wrappedBytes } from '../meta/log-bytes.ts';
import type { Known } from '../meta/scan-record.ts';
import { Segment } from '../meta/segment.ts';
import { rewriteHead } from '../meta/segment-head.ts';
import { appendLogs, byField, noLogs, type StoredFieldLogs } from '../meta/segment-logs.ts';
import { SlabSpace } from '../meta/slab.ts';

export type StoredLogs = { readonly [Kind in LogKind]: readonly KeyValue[] };

/** Makes segments of what the store has of them, one behind the other in a few large pieces of memory. */
export class SegmentPacker {
  private readonly space = new SlabSpace();
  private readonly known = new Shared();

  /** Throws Corrupt, naming the key, for values that are no segment. */
  pack(head: KeyValue, logs: StoredLogs): Segment {
    try {
      if (holdsLogs(head.value)) return this.packInline(head.value, logs);
      return this.place(head.value, logs);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Corrupt(
        `the metastore's value of ${head.key}, or one of the segment's logs, cannot be read (${reason}): restore it from a copy`,
        { cause },
      );
    }
  }

  private place(head: Uint8Array, logs: StoredLogs, inline = false): Segment {
    const insert = inOrder(logs.insert);
    const stats = inOrder(logs.stats);
    const delta = inOrder(logs.delta);
    const place = this.space.take(head.length + bytesOf(insert) + bytesOf(stats) + bytesOf(delta));
    const { bytes } = place.slab;
    bytes.set(head, place.start);
    let at = place.start + head.length;
    for (const { value } of insert) at = putWrapped(bytes, at, logFields.insert, value);
    for (const { value } of stats) at = putWrapped(bytes, at, logFields.stats, value);
    for (const { value } of delta) at = putWrapped(bytes, at, logFields.delta, value);
    const segment = new Segment(place, this.known, inline);
    if (!segment.isOrdered) return this.place(rewriteHead(head, {}), logs, inline);
    // Whoever answers with them later must not be the first to find out.
    if (!segment.hasPlainLogs) data.SegmentInfo.decode(bytes.subarray(place.start, place.end));
    return segment;
  }

  /** Before 2.2 the record held the logs itself, with their paths; they win over keys of the same kind. Source: spec datacoord §6.2. */
  private packInline(value: Uint8Array, logs: StoredLogs): Segment {
    const info = data.SegmentInfo.decode(value);
    const head: Uint8Array[] = [];
    for (const field = new WireFields(value); field.next(); )
      if (kindOfField(field.number) === undefined) head.push(field.whole());
    const kept = (kind: LogKind, own: readonly data.FieldBinlog[]): readonly KeyValue[] =>
      own.length === 0 ? logs[kind] : asStored(appendLogs(noLogs[kind], kind, info.ID, own));
    return this.place(
      Buffer.concat(head),
      {
        insert: kept('insert', info.binlogs),
        stats: kept('stats', info.statslogs),
        delta: kept('delta', info.deltalogs),
      },
      true,
    );
  }
}

function holdsLogs(head: Uint8Array): boolean {
  for (const field = new WireFields(head); field.next(); )
    if (kindOfField(field.number) !== undefined) return true;
  return false;
}

function asStored(list: readonly StoredFieldLogs[]): KeyValue[] {
  const none = { createRevision: 0n, modRevision: 0n, version: 0n, lease: 0n };
  return byField([...list]).map(({ fieldID, bytes }) => ({ key: String(fieldID), value: bytes, ...none }));
}

/** Keys of one segment and kind come in the order of their text; logs are kept in that of the numbers at their ends. */
function inOrder(logs: readonly KeyValue[]): readonly KeyValue[] {
  for (let i = 1; i < logs.length; i++) {
    if ((logs[i]?.key.length ?? 0) < (logs[i - 1]?.key.length ?? 0))
      return logs.toSorted((a, b) => a.key.length - b.key.length);
  }
  return logs;
}

function bytesOf(logs: readonly KeyValue[]): number {
  let bytes = 0;
  for (const { value } of logs) bytes += wrappedBytes(value.length);
  return bytes;
}

/** A few collections, partitions and channels stand in all segments. */
class Shared implements Known {
  private readonly texts = new Map<string, string>();
  private readonly ids = new Map<bigint, bigint>();

  text(text: string): string {
    const known = this.texts.get(text);
    if (known === undefined) this.texts.set(text, text);
    return known ?? text;
  }

  id(id: bigint): bigint {
    const known = this.ids.get(id);
    if (known === undefined) this.ids.set(id, id);
    return known ?? id;
  }
}
