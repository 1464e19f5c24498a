import { keyBytesMax } from '../key-order.ts';
import type { KeyValue, PairCursor, RangePage, Revision } from '../meta-store.ts';

/** A page of a store that has its keys as objects anyway. */
export class KeyValuePage implements RangePage {
  readonly kvs: readonly KeyValue[];
  readonly revision: Revision;
  readonly more: boolean;

  constructor(kvs: readonly KeyValue[], revision: Revision, more: boolean) {
    this.kvs = kvs;
    this.revision = revision;
    this.more = more;
  }

  get lastKey(): string | undefined {
    return this.kvs.at(-1)?.key;
  }

  pairs(): PairCursor {
    return new KeyValueCursor(this.kvs);
  }
}

class KeyValueCursor implements PairCursor {
  bytes: Buffer = Buffer.alloc(0);
  view: DataView = new DataView(this.bytes.buffer);
  readonly keyStart: number = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  private readonly kvs: readonly KeyValue[];
  private at = 0;

  constructor(kvs: readonly KeyValue[]) {
    this.kvs = kvs;
  }

  next(): boolean {
    const kv = this.kvs[this.at++];
    if (kv === undefined) return false;
    const { key, value } = kv;
    this.reserve(keyBytesMax + value.length);
    this.keyEnd = this.bytes.write(key);
    this.valueStart = this.keyEnd;
    this.valueEnd = this.keyEnd + value.length;
    this.bytes.set(value, this.valueStart);
    return true;
  }

  private reserve(bytes: number): void {
    if (bytes <= this.bytes.length) return;
    this.bytes = Buffer.allocUnsafeSlow(2 * bytes);
    this.view = new DataView(this.bytes.buffer);
  }
}
