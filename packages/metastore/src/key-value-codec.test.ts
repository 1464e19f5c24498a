import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyOf, decodeKeyValue, encodeKeyValue, viewOf } from './key-value-codec.ts';

describe('a stored key', () => {
  it('comes back with its value and its revisions, up to the largest', () => {
    const revision = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), fc.bigInt({ min: 0n, max: 300n }));
    const kv = fc.record({
      key: fc.string({ unit: 'grapheme', minLength: 1 }),
      value: fc.oneof(fc.uint8Array(), fc.uint8Array({ minLength: 1_000, maxLength: 3_000 })),
      createRevision: revision,
      modRevision: revision,
      version: revision,
      lease: revision,
    });
    fc.assert(
      fc.property(kv, (made) => {
        const bytes = encodeKeyValue(made);
        const seen = decodeKeyValue(bytes, 0, bytes.length, viewOf);
        expect([...seen.value]).toEqual([...made.value]);
        const read = decodeKeyValue(bytes, 0, bytes.length, copyOf);
        // What it was read from is used again for the next one.
        bytes.fill(0xff);
        expect({ ...read, value: [...read.value] }).toEqual({ ...made, value: [...made.value] });
      }),
    );
  });

  it('that is cut is Corrupt', () => {
    const bytes = encodeKeyValue({
      key: 'a/key',
      value: new Uint8Array(9),
      createRevision: 0n,
      modRevision: 0n,
      version: 0n,
      lease: 0n,
    });
    expect(() => decodeKeyValue(bytes, 0, bytes.length - 1, copyOf)).toThrow('is cut');
  });
});
