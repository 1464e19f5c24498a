import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Harness, rowsPerSegment } from '../testing/harness.ts';

const ok = { errorCode: 0, reason: '' };

describe('UpdateSegmentStatistics', () => {
  let cluster: Harness;
  beforeEach(async () => {
    cluster = await Harness.start();
    await cluster.join('a');
    await cluster.watch();
  });
  afterEach(() => cluster.end());

  const report = (SegmentID: bigint, NumRows: bigint) =>
    cluster.call.updateSegmentStatistics({ stats: [{ SegmentID, NumRows }] });

  it('counts rows that a segment has: one that is full gets no more', async () => {
    const [first] = await cluster.assign(10);
    expect(await report(first?.segID ?? 0n, BigInt(rowsPerSegment))).toEqual(ok);
    expect((await cluster.assign(10))[0]?.segID).not.toBe(first?.segID);
  });

  it('does not take back what was counted', async () => {
    const [first] = await cluster.assign(10);
    await report(first?.segID ?? 0n, BigInt(rowsPerSegment));
    await report(first?.segID ?? 0n, 1n);
    expect((await cluster.assign(10))[0]?.segID).not.toBe(first?.segID);
  });

  it('is forgotten by a restart, until the node tells it again', async () => {
    const [first] = await cluster.assign(10);
    const segID = first?.segID ?? 0n;
    await report(segID, BigInt(rowsPerSegment));
    await cluster.restart();
    expect((await cluster.assign(10))[0]?.segID).toBe(segID);
    await report(segID, BigInt(rowsPerSegment));
    expect((await cluster.assign(10))[0]?.segID).not.toBe(segID);
  });

  it('passes over what it does not know, and an empty request', async () => {
    expect(await report(4_242_424_242n, 5n)).toEqual(ok);
    expect(await cluster.call.updateSegmentStatistics({})).toEqual(ok);
  });
});
