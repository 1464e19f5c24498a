import { etcd, WireFields } from '@millrace/proto';
import { decodeKeyValue, viewOf } from '../../key-value-codec.ts';
import type { RangePage, Revision } from '../../meta-store.ts';
import { kvsField, StoredPage } from '../../stored-page.ts';

/** What an `etcd.RangeResponse` says, without an object for each message. */
export class RangeAnswer {
  readonly header: etcd.ResponseHeader | undefined;
  private readonly more: boolean = false;
  private readonly lastKey: string | undefined;
  private readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    let [lastStart, lastEnd] = [0, 0];
    for (const field = new WireFields(bytes); field.next(); ) {
      if (field.number === kvsField) {
        lastStart = field.valueStart;
        lastEnd = field.valueEnd;
      } else if (field.number === 1) this.header = etcd.ResponseHeader.decode(field.content());
      else if (field.number === 3) this.more = field.uint32() !== 0;
    }
    if (lastEnd > 0) this.lastKey = decodeKeyValue(bytes, lastStart, lastEnd, viewOf).key;
  }

  /** @param revision that was asked for, or that the answer tells */
  page(revision: Revision): RangePage {
    const { lastKey, more } = this;
    return new StoredPage(this.bytes, { lastKey, revision, more });
  }
}
