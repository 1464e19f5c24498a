import { segmentStates } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OneSegment, ok, oneSegment } from '../testing/one-segment.ts';

describe('MarkSegmentsDropped', () => {
  let scene: OneSegment;
  beforeEach(async () => {
    scene = await oneSegment();
  });
  afterEach(() => scene.end());

  it('drops the segments, over a restart, and gives them no more rows', async () => {
    expect(await scene.cluster.call.markSegmentsDropped({ segmentIds: [scene.segmentID] })).toEqual(ok);
    expect((await scene.cluster.assign(10))[0]?.segID).not.toBe(scene.segmentID);
    await scene.cluster.restart();
    const dropped = await scene.cluster.segment(scene.segmentID);
    expect(dropped.state).toBe(segmentStates.dropped);
    expect(dropped.droppedAt).toBeGreaterThan(0n);
  });

  it('counts unknown segments as dropped, and changes nothing of dropped ones', async () => {
    await scene.cluster.call.markSegmentsDropped({ segmentIds: [scene.segmentID] });
    const before = await scene.cluster.dump();
    expect(
      await scene.cluster.call.markSegmentsDropped({ segmentIds: [4_242_424_242n, scene.segmentID] }),
    ).toEqual(ok);
    expect(await scene.cluster.dump()).toEqual(before);
  });
});
