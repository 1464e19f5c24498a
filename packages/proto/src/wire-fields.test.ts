import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { common, data } from './index.ts';
import { WireFields } from './wire-fields.ts';

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

describe('the fields of a message', () => {
  it('are those its own decoder finds, numbers to the last bit', () => {
    const base = fc.record({
      msgType: fc.constant(common.MsgType.Flush),
      msgID: int64,
      timestamp: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      sourceID: int64,
      targetID: int64,
    });
    const message = fc.record({
      base,
      segmentID: int64,
      collectionID: int64,
      channel: fc.string({ unit: 'grapheme' }),
    });
    fc.assert(
      fc.property(message, ({ base: own, segmentID, collectionID, channel }) => {
        const bytes = common.MsgBase.encode(own).finish();
        const read = { ...common.MsgBase.fromPartial({}) };
        for (const field = new WireFields(bytes); field.next(); ) {
          if (field.number === 1) read.msgType = field.uint32() as common.MsgType;
          if (field.number === 2) read.msgID = field.int64();
          if (field.number === 3) read.timestamp = field.uint64();
          if (field.number === 4) read.sourceID = field.int64();
          if (field.number === 5) read.targetID = field.int64();
        }
        expect(read).toEqual(own);

        const info = data.SegmentInfo.fromPartial({
          ID: segmentID,
          collectionID,
          insertChannel: channel,
          createdByCompaction: true,
        });
        const whole = data.SegmentInfo.encode(info).finish();
        const pieces: Uint8Array[] = [];
        let text = '';
        for (const field = new WireFields(whole); field.next(); ) {
          pieces.push(field.whole());
          if (field.number === 4) text = field.text();
        }
        expect(Buffer.concat(pieces).equals(whole)).toBe(true);
        expect(text).toBe(channel);
      }),
    );
  });

  it.each([
    ['a cut number', '08ff'],
    ['a length beyond the end', '0a05aa'],
    ['a field number 0', '0000'],
    ['a group', '0b'],
    ['a number of eleven bytes', '08ffffffffffffffffffffff01'],
  ])('of bytes with %s are Corrupt', (_what, hex) => {
    const field = new WireFields(Buffer.from(hex, 'hex'));
    expect(() => {
      while (field.next());
    }).toThrow(expect.objectContaining({ kind: 'corrupt' }));
  });
});
