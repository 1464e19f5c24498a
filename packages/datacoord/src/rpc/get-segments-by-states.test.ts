import { type SegmentStateName, segmentStates } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectionID } from '../testing/harness.ts';
import { expectSameAfterRestart, oneUnsaved, type TwoSegments } from '../testing/two-segments.ts';

describe('GetSegmentsByStates', () => {
  let scene: TwoSegments;
  beforeEach(async () => {
    scene = await oneUnsaved();
  });
  afterEach(() => scene.end());

  const ids = async (...names: SegmentStateName[]) => {
    const states = names.map((name) => segmentStates[name]);
    return (await scene.cluster.call.getSegmentsByStates({ collectionID, partitionID: -1n, states }))
      .segments;
  };

  it('names the segments in any of the states', async () => {
    expect(await ids('growing')).toEqual([scene.growing]);
    expect(await ids('flushed')).toEqual([scene.flushed]);
    expect(await ids('growing', 'flushed')).toHaveLength(2);
    expect(await ids()).toEqual([]);
  });

  it('never names a dropped one', async () => {
    await scene.cluster.call.markSegmentsDropped({ segmentIds: [scene.flushed] });
    expect(await ids('dropped', 'flushed')).toEqual([]);
  });

  it('is the same after a restart', async () => {
    const { cluster } = scene;
    await expectSameAfterRestart(cluster, () =>
      cluster.call.getSegmentsByStates({
        collectionID,
        partitionID: -1n,
        states: Object.values(segmentStates),
      }),
    );
  });
});
