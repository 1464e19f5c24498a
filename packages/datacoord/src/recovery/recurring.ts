import type { WireFields } from '@millrace/proto';
import type { Known } from '../meta/scan-record.ts';

/** A power of two, above the values that stand side by side in neighbouring segments. */
const slotCount = 64;

interface Slot<Value> {
  readonly bytes: Uint8Array;
  readonly value: Value;
}

/**
 * A few collections, partitions and channels stand in all segments. One that was read lately is found by its bytes, without making a text
 * or a number of them.
 */
export class Recurring implements Known {
  private readonly texts = new Values((field) => field.text());
  private readonly ids = new Values((field) => field.int64());

  text(field: WireFields): string {
    return this.texts.of(field);
  }

  id(field: WireFields): bigint {
    return this.ids.of(field);
  }
}

class Values<Value> {
  private readonly read: (field: WireFields) => Value;
  private readonly slots: (Slot<Value> | undefined)[] = new Array(slotCount).fill(undefined);
  private readonly known = new Map<Value, Value>();

  constructor(read: (field: WireFields) => Value) {
    this.read = read;
  }

  of(field: WireFields): Value {
    const { bytes, valueStart, valueEnd } = field;
    // What tells them apart stands at their end, or is in every byte.
    const mixed =
      (bytes[valueEnd - 1] ?? 0) ^ ((bytes[valueEnd - 3] ?? 0) * 7) ^ ((bytes[valueStart + 21] ?? 0) * 31);
    const at = mixed & (slotCount - 1);
    const slot = this.slots[at];
    if (slot !== undefined && isEqual(slot.bytes, bytes, valueStart, valueEnd)) return slot.value;
    const value = this.share(this.read(field));
    this.slots[at] = { bytes: bytes.slice(valueStart, valueEnd), value };
    return value;
  }

  private share(value: Value): Value {
    const known = this.known.get(value);
    if (known === undefined) this.known.set(value, value);
    return known ?? value;
  }
}

function isEqual(one: Uint8Array, other: Uint8Array, start: number, end: number): boolean {
  if (one.length !== end - start) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[start + at]) return false;
  return true;
}
