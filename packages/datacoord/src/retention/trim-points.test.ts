import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trimPoints } from './trim-points.ts';

const compare = (a: Uint8Array, b: Uint8Array) => (a[0] ?? 0) - (b[0] ?? 0);

describe('the retention of a log', () => {
  it('never passes the start of any virtual channel, and keeps all where one is unknown', () => {
    const start = fc.record({
      channel: fc
        .tuple(fc.nat(3), fc.nat(9))
        .map(([pchannel, collection]) => `dml_${pchannel}_${collection}v0`),
      msgID: fc.option(
        fc.integer({ min: 1, max: 50 }).map((at) => Uint8Array.of(at)),
        { nil: undefined },
      ),
    });
    fc.assert(
      fc.property(fc.array(start), (starts) => {
        const points = trimPoints(starts, compare);
        for (const { channel, msgID } of starts) {
          const point = points.get(channel.slice(0, channel.lastIndexOf('_')));
          if (msgID === undefined) expect(point).toBeUndefined();
          else if (point !== undefined) expect(compare(point, msgID)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });

  it('reaches the smallest checkpoint', () => {
    const starts = [5, 3, 9].map((at, shard) => ({ channel: `dml_0_${shard}v0`, msgID: Uint8Array.of(at) }));
    expect(trimPoints(starts, compare).get('dml_0')).toEqual(Uint8Array.of(3));
  });
});
