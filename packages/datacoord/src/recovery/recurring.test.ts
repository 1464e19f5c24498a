import { data, WireFields } from '@millrace/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Recurring } from './recurring.ts';

function fieldOf(number: number, message: Partial<data.SegmentInfo>): WireFields {
  const field = new WireFields(data.SegmentInfo.encode(data.SegmentInfo.fromPartial(message)).finish());
  while (field.next()) if (field.number === number) return field;
  throw new Error('a value that is empty is not there');
}

describe('recurring values', () => {
  it('are those in the bytes, whatever was read before', () => {
    const known = new Recurring();
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
    const alike = fc.constantFrom('a0v0', 'a0v1', 'a1v0', 'b0v0', 'a0v00').map((end) => `by-dev-dml_${end}`);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.oneof(text, alike), fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }))),
        (values) => {
          for (const [insertChannel, collectionID] of values) {
            expect(known.text(fieldOf(4, { insertChannel }))).toBe(insertChannel);
            expect(known.id(fieldOf(2, { collectionID }))).toBe(collectionID);
          }
        },
      ),
    );
  });
});
