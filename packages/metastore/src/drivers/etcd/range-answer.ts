import { etcd, WireFields } from '@millrace/proto';
import { decodeKeyValue, viewOf } from '../../key-value-codec.ts';
import type { KeyValue } from '../../meta-store.ts';

/** What an `etcd.RangeResponse` says. */
export interface RangeAnswer {
  readonly header: etcd.ResponseHeader | undefined;
  /** Read when they are first asked for: of pages that wait for their reader only the bytes are held, not an object for each key. */
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
}

/** Without an object for each message in it, and without copying values: they lie in the bytes of the answer. */
export function decodeRangeAnswer(bytes: Buffer): RangeAnswer {
  let header: etcd.ResponseHeader | undefined;
  let more = false;
  for (const field = new WireFields(bytes); field.next(); ) {
    if (field.number === 1) header = etcd.ResponseHeader.decode(field.content());
    else if (field.number === 3) more = field.uint32() !== 0;
  }
  let read: readonly KeyValue[] | undefined;
  return {
    header,
    get kvs() {
      read ??= keyValuesIn(bytes);
      return read;
    },
    more,
  };
}

function keyValuesIn(bytes: Buffer): readonly KeyValue[] {
  const kvs: KeyValue[] = [];
  for (const field = new WireFields(bytes); field.next(); )
    if (field.number === 2) kvs.push(decodeKeyValue(bytes, field.valueStart, field.valueEnd, viewOf));
  return kvs;
}

/** The Range call, answered so. */
export const rangeService = {
  range: { ...etcd.KVService.range, responseDeserialize: decodeRangeAnswer },
} as const;
