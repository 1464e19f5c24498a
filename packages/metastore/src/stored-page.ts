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

/** Fields of `etcd.KeyValue`. */
const keyField = 1;
const valueField = 5;

class StoredCursor implements PairCursor {
  readonly key: Buffer;
  keyStart = 0;
  keyEnd = 0;
  readonly value: Buffer;
  valueStart = 0;
  valueEnd = 0;
  private readonly page: WireFields;
  private readonly pair: WireFields;

  constructor(bytes: Buffer) {
    this.key = bytes;
    this.value = bytes;
    this.page = new WireFields(bytes);
    this.pair = new WireFields(bytes);
  }

  next(): boolean {
    const { page, pair } = this;
    while (page.next()) {
      if (page.number !== kvsField) continue;
      // A value that is empty is not there.
      this.valueStart = 0;
      this.valueEnd = 0;
      pair.move(page.valueStart, page.valueEnd);
      while (pair.next()) {
        if (pair.number === keyField) {
          this.keyStart = pair.valueStart;
          this.keyEnd = pair.valueEnd;
        } else if (pair.number === valueField) {
          this.valueStart = pair.valueStart;
          this.valueEnd = pair.valueEnd;
        }
      }
      return true;
    }
    return false;
  }
}
