import { composeTimestamp } from '@millrace/core';
import type { data } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectionID, partitionID } from '../testing/harness.ts';
import { expectSameAfterRestart, oneUnsaved, startMs, type TwoSegments } from '../testing/two-segments.ts';

describe('GetFlushedSegments', () => {
  let scene: TwoSegments;
  beforeEach(async () => {
    scene = await oneUnsaved();
  });
  afterEach(() => scene.end());

  const ids = async (request: Partial<data.GetFlushedSegmentsRequest>) =>
    (await scene.cluster.call.getFlushedSegments({ collectionID, ...request })).segments;

  it('takes a partition below 1 for all', async () => {
    const { flushed } = scene;
    expect(await ids({ partitionID: -1n })).toEqual([flushed]);
    expect(await ids({ partitionID: 0n })).toEqual([flushed]);
    expect(await ids({ partitionID })).toEqual([flushed]);
    expect(await ids({ partitionID: 7n })).toEqual([]);
    expect(await ids({ collectionID: 7n, partitionID: -1n })).toEqual([]);
  });

  it('leaves out segments that start later', async () => {
    expect(await ids({ timeBefore: composeTimestamp(startMs - 1) })).toEqual([]);
    expect(await ids({ timeBefore: composeTimestamp(startMs) })).toEqual([scene.flushed]);
  });

  it('names dropped ones where it is asked for them too', async () => {
    await scene.cluster.call.markSegmentsDropped({ segmentIds: [scene.flushed] });
    expect(await ids({})).toEqual([]);
    expect(await ids({ includeUnhealthy: true })).toEqual([scene.flushed]);
  });

  it('is the same after a restart', async () => {
    const { cluster } = scene;
    await expectSameAfterRestart(cluster, () =>
      cluster.call.getFlushedSegments({ collectionID, partitionID: -1n }),
    );
  });
});
