import { segmentStates } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Harness } from '../testing/harness.ts';

const ok = { errorCode: 0, reason: '' };

describe('MarkSegmentsDropped', () => {
  let cluster: Harness;
  let segmentID: bigint;
  beforeEach(async () => {
    cluster = await Harness.start();
    await cluster.join('a');
    await cluster.watch();
    segmentID = (await cluster.assign(10))[0]?.segID ?? 0n;
  });
  afterEach(() => cluster.end());

  it('drops the segments, over a restart, and gives them no more rows', async () => {
    expect(await cluster.call.markSegmentsDropped({ segmentIds: [segmentID] })).toEqual(ok);
    expect((await cluster.assign(10))[0]?.segID).not.toBe(segmentID);
    await cluster.restart();
    const dropped = await cluster.segment(segmentID);
    expect(dropped.state).toBe(segmentStates.dropped);
    expect(dropped.droppedAt).toBeGreaterThan(0n);
  });

  it('counts unknown segments as dropped, and changes nothing of dropped ones', async () => {
    await cluster.call.markSegmentsDropped({ segmentIds: [segmentID] });
    const before = await cluster.dump();
    expect(await cluster.call.markSegmentsDropped({ segmentIds: [4_242_424_242n, segmentID] })).toEqual(ok);
    expect(await cluster.dump()).toEqual(before);
  });
});
