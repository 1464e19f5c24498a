import { etcd, WireFields } from '@millrace/proto';
import { decodeKeyValue, viewOf } from '../../key-value-codec.ts';
import type { KeyValue, PairCursor, RangePage, Revision } from '../../meta-store.ts';

/** Field of `etcd.RangeResponse`. */
const kvsField = 2;

/**
 * What an `etcd.RangeResponse` says. Its keys are read each time they are asked for, without an object for each message and without copying
 * values: pages that wait for their reader are their bytes alone, and what has waited long does not keep what is read of it.
 */
export class RangeAnswer {
  readonly header: etcd.ResponseHeader | undefined;
  readonly more: boolean = false;
  readonly lastKey: string | undefined;
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

  get kvs(): readonly KeyValue[] {
    const kvs: KeyValue[] = [];
    for (const field = new WireFields(this.bytes); field.next(); )
      if (field.number === kvsField)
        kvs.push(decodeKeyValue(this.bytes, field.valueStart, field.valueEnd, viewOf));
    return kvs;
  }

  pairs(): PairCursor {
    return new AnswerCursor(this.bytes);
  }
}

/** Fields of `etcd.KeyValue`. */
const keyField = 1;
const valueField = 5;

class AnswerCursor implements PairCursor {
  readonly key: Buffer;
  keyStart = 0;
  keyEnd = 0;
  readonly value: Buffer;
  valueStart = 0;
  valueEnd = 0;
  private readonly answer: WireFields;
  private readonly pair: WireFields;

  constructor(bytes: Buffer) {
    this.key = bytes;
    this.value = bytes;
    this.answer = new WireFields(bytes);
    this.pair = new WireFields(bytes);
  }

  next(): boolean {
    const { answer, pair } = this;
    while (answer.next()) {
      if (answer.number !== kvsField) continue;
      // A value that is empty is not there.
      this.valueStart = 0;
      this.valueEnd = 0;
      pair.move(answer.valueStart, answer.valueEnd);
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

  get lastKey(): string | undefined {
    return this.answer.lastKey;
  }

  get more(): boolean {
    return this.answer.more;
  }

  pairs(): PairCursor {
    return this.answer.pairs();
  }
}

/** The Range call, answered so. */
export const rangeService = {
  range: { ...etcd.KVService.range, responseDeserialize: (bytes: Buffer) => new RangeAnswer(bytes) },
} as const;
