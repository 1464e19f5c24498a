import type { RangeOptions } from '../../meta-store.ts';

/** Keys from `key` (inclusive) to `rangeEnd` (exclusive), as etcd names them: an end of one zero byte is the end of all keys. */
export interface KeyRange {
  readonly key: Buffer;
  readonly rangeEnd: Buffer;
}

const zero = Buffer.from([0]);

/** Every key with the prefix. */
export function prefixRange(prefix: string): KeyRange {
  if (prefix === '') return { key: zero, rangeEnd: zero };
  const key = Buffer.from(prefix);
  const rangeEnd = Buffer.from(key);
  // UTF-8 has no byte 0xff: the last one always has a successor.
  rangeEnd.writeUInt8(rangeEnd.readUInt8(rangeEnd.length - 1) + 1, rangeEnd.length - 1);
  return { key, rangeEnd };
}

/** The keys a range asks for; undefined when its bounds leave none. */
export function keyRange({ prefix, after, before }: RangeOptions): KeyRange | undefined {
  let { key, rangeEnd } = prefixRange(prefix);
  if (after !== undefined) {
    const behind = Buffer.concat([Buffer.from(after), zero]);
    if (Buffer.compare(behind, key) > 0) key = behind;
  }
  if (before !== undefined) {
    const end = Buffer.from(before);
    if (rangeEnd.equals(zero) || Buffer.compare(end, rangeEnd) < 0) rangeEnd = end;
  }
  const unbounded = before === undefined && rangeEnd.equals(zero);
  return unbounded || Buffer.compare(key, rangeEnd) < 0 ? { key, rangeEnd } : undefined;
}
