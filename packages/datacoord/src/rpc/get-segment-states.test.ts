import { composeTimestamp, segmentStates } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  expectSameAfterRestart,
  oneUnsaved,
  startMs,
  type TwoSegments,
  unknownSegment,
} from '../testing/two-segments.ts';

describe('GetSegmentStates', () => {
  let scene: TwoSegments;
  beforeEach(async () => {
    scene = await oneUnsaved();
  });
  afterEach(() => scene.end());

  it('says NotExist of what it does not know, and of dropped segments', async () => {
    const { cluster, flushed, growing } = scene;
    const of = async (...segmentIDs: bigint[]) =>
      (await cluster.call.getSegmentStates({ segmentIDs })).states;
    const states = await of(flushed, growing, unknownSegment);
    expect(states.map(({ state }) => state)).toEqual([
      segmentStates.flushed,
      segmentStates.growing,
      segmentStates['not-exist'],
    ]);
    expect(states[0]?.startPosition?.timestamp).toBe(composeTimestamp(startMs));
    await cluster.call.markSegmentsDropped({ segmentIds: [flushed] });
    expect((await of(flushed))[0]?.state).toBe(segmentStates['not-exist']);
  });

  it('says nothing of nothing', async () => {
    expect((await scene.cluster.call.getSegmentStates({})).states).toEqual([]);
  });

  it('is the same after a restart', async () => {
    const { cluster, flushed, growing } = scene;
    await expectSameAfterRestart(cluster, () =>
      cluster.call.getSegmentStates({ segmentIDs: [flushed, growing] }),
    );
  });
});
