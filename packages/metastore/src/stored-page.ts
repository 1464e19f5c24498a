import { Corrupt } from '@millrace/core';
import { WireFields } from '@millrace/proto';
import { decodeKeyValue, viewOf } from './key-value-codec.ts';
import type { KeyValue, PairCursor, RangePage, Revision } from './meta-store.ts';

/** Field of `etcd.RangeResponse` that the pairs are in. */
export const kvsField = 2;

/**
 * A page as the bytes it came in: `etcd.KeyValue` messages, each behind its tag and length as in an `etcd.RangeResponse`; other fields are
 * passed over. Keys are read each time they are asked for, without copying values: pages that wait for their reader are their bytes alone, and
 * what has waited long does not keep what is read of it.
 */
export class StoredPage implements RangePage {
  readonly lastKey: string | undefined;
  readonly revision: Revision;
  readonly more: boolean;
  private readonly bytes: Buffer;

  constructor(bytes: Buffer, { lastKey, revision, more }: Pick<RangePage, 'lastKey' | 'revision' | 'more'>) {
    this.bytes = bytes;
    this.lastKey = lastKey;
    this.revision = revision;
    this.more = more;
  }

  get kvs(): readonly KeyValue[] {
    const kvs: KeyValue[] = [];
    for (const field = new WireFields(this.bytes); field.next(); )
      if (field.number === kvsField)
        kvs.push(decodeKeyValue(this.bytes, field.valueStart, field.valueEnd, viewOf));
    return kvs;
  }

  pairs(): PairCursor {
    return new StoredCursor(this.bytes);
  }
}

/** Tags of `etcd.KeyValue`; its other fields are numbers. */
const keyTag = 0x0a;
const valueTag = 0x2a;

class StoredCursor implements PairCursor {
  readonly bytes: Buffer;
  readonly view: DataView;
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  private readonly page: WireFields;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.page = new WireFields(bytes);
  }

  next(): boolean {
    const { page } = this;
    while (page.next()) {
      if (page.number !== kvsField) continue;
      this.enter(page.valueStart, page.valueEnd);
      return true;
    }
    return false;
  }

  /** By hand: a coordinator that starts walks a million pairs. */
  private enter(start: number, end: number): void {
    const { bytes } = this;
    this.keyStart = 0;
    this.keyEnd = 0;
    // A value that is empty is not there.
    this.valueStart = 0;
    this.valueEnd = 0;
    let at = start;
    while (at < end) {
      const tag = bytes[at++] ?? 0;
      let byte = bytes[at++] ?? 0;
      let number = byte & 0x7f;
      for (let shift = 7; byte >= 0x80; shift += 7) {
        byte = bytes[at++] ?? 0;
        number |= (byte & 0x7f) << shift;
      }
      if (tag === keyTag) {
        this.keyStart = at;
        this.keyEnd = at += number >>> 0;
      } else if (tag === valueTag) {
        this.valueStart = at;
        this.valueEnd = at += number >>> 0;
      } else if ((tag & 7) !== 0) at = end + 1;
    }
    if (at > end) throw new Corrupt(`no key and value of the metastore at byte ${start} of a page`);
  }
}
