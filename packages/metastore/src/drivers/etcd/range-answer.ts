import { etcd, WireFields } from '@millrace/proto';
import { decodeKeyValue, viewOf } from '../../key-value-codec.ts';
import type { KeyValue, RangePage, Revision } from '../../meta-store.ts';

/**
 * What an `etcd.RangeResponse` says. Its keys are read each time they are asked for, without an object for each message and without copying
 * values: pages that wait for their reader are their bytes alone, and what has waited long does not keep what is read of it.
 */
export class RangeAnswer {
  readonly header: etcd.ResponseHeader | undefined;
  readonly more: boolean = false;
  private readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    for (const field = new WireFields(bytes); field.next(); ) {
      if (field.number === 1) this.header = etcd.ResponseHeader.decode(field.content());
      else if (field.number === 3) this.more = field.uint32() !== 0;
    }
  }

  get kvs(): readonly KeyValue[] {
    const kvs: KeyValue[] = [];
    for (const field = new WireFields(this.bytes); field.next(); )
      if (field.number === 2) kvs.push(decodeKeyValue(this.bytes, field.valueStart, field.valueEnd, viewOf));
    return kvs;
  }
}

/** A page at a revision that was asked for, or that the answer tells. */
export class AnsweredPage implements RangePage {
  readonly revision: Revision;
  private readonly answer: RangeAnswer;

  constructor(answer: RangeAnswer, revision: Revision) {
    this.answer = answer;
    this.revision = revision;
  }

  get kvs(): readonly KeyValue[] {
    return this.answer.kvs;
  }

  get more(): boolean {
    return this.answer.more;
  }
}

/** The Range call, answered so. */
export const rangeService = {
  range: { ...etcd.KVService.range, responseDeserialize: (bytes: Buffer) => new RangeAnswer(bytes) },
} as const;
