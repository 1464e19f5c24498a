import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectionID, partitionID } from '../testing/harness.ts';
import { expectSameAfterRestart, oneUnsaved, type TwoSegments } from '../testing/two-segments.ts';

describe('GetPartitionStatistics', () => {
  let scene: TwoSegments;
  beforeEach(async () => {
    scene = await oneUnsaved();
  });
  afterEach(() => scene.end());

  it.each([
    ['the whole collection where no partition is named', [], '10'],
    ['a partition', [partitionID], '10'],
    ['a partition named twice twice', [partitionID, partitionID], '20'],
    ['none of another', [7n], '0'],
  ])('counts %s', async (_, partitionIDs, value) => {
    const { stats } = await scene.cluster.call.getPartitionStatistics({ collectionID, partitionIDs });
    expect(stats).toEqual([{ key: 'row_count', value }]);
  });

  it('is the same after a restart', async () => {
    const { cluster } = scene;
    await expectSameAfterRestart(cluster, () =>
      cluster.call.getPartitionStatistics({ collectionID, partitionIDs: [partitionID] }),
    );
  });
});
