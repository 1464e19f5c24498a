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
  readonly key: Buffer = Buffer.allocUnsafe(keyBytesMax);
  readonly keyStart: number = 0;
  keyEnd = 0;
  value: Uint8Array = noBytes;
  readonly valueStart: number = 0;
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
    this.keyEnd = this.key.write(key);
    this.value = value;
    this.valueEnd = value.length;
    return true;
  }
}

const noBytes = new Uint8Array();
