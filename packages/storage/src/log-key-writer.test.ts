import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogKeyWriter } from './log-key-writer.ts';
import { logKinds, logObjectKey } from './object-paths.ts';

const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: 449_000_000_000_000_000n, max: 449_000_000_000_009_999n }),
);
/** Of every length, with every run of zeros. */
const logID = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  fc.nat(62).map((bits) => 2n ** BigInt(bits)),
  fc.tuple(fc.nat(18), fc.nat(2_000)).map(([zeros, add]) => 10n ** BigInt(zeros) + BigInt(add)),
  fc.nat(1_100).map(BigInt),
);

describe('LogKeyWriter', () => {
  it('writes the bytes of every key, segment after segment, field after field', () => {
    const segment = fc.record({ collectionID: int64, partitionID: int64, segmentID: int64 });
    const log = fc.record({ kind: fc.constantFrom(...logKinds), fieldID: fc.nat(2 ** 31 - 1), logID });
    const segments = fc.array(fc.tuple(segment, fc.array(log)));
    fc.assert(
      fc.property(segments, fc.constantFrom('files', '', '/files/', 'tenant/a'), (made, root) => {
        const keys = new LogKeyWriter(root);
        const bytes = Buffer.alloc(300);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        for (const [owner, logs] of made) {
          keys.segment(owner);
          for (const { kind, fieldID, logID: id } of logs) {
            const middle = keys.prefixLength(kind, fieldID);
            expect(keys.select(kind, fieldID)).toBe(middle);
            keys.writePrefix(view, 0);
            const end = keys.writeID(Number(id & 0xffff_ffffn), Number(id >> 32n), view, middle);
            expect(bytes.toString('utf8', 0, end)).toBe(
              logObjectKey(root, { ...owner, kind, fieldID: BigInt(fieldID), logID: id }),
            );
            expect(end + 8).toBeLessThanOrEqual(keys.bytesMax);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
