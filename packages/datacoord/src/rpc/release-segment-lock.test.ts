import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OneSegment, ok, oneSegment } from '../testing/one-segment.ts';

describe('ReleaseSegmentLock', () => {
  let scene: OneSegment;
  beforeEach(async () => {
    scene = await oneSegment();
  });
  afterEach(() => scene.end());

  const release = (nodeID = scene.task.nodeID) =>
    scene.cluster.call.releaseSegmentLock({ ...scene.task, nodeID });

  it('ends what the same node and task hold, over a restart', async () => {
    await scene.cluster.call.acquireSegmentLock({ ...scene.task, segmentIDs: [scene.segmentID] });
    await scene.cluster.restart();
    expect(await release()).toEqual(ok);
    expect(await scene.locks()).toEqual([]);
  });

  it('lets go what nobody holds', async () => {
    expect(await release()).toEqual(ok);
    await scene.cluster.call.acquireSegmentLock({ ...scene.task, segmentIDs: [scene.segmentID] });
    expect(await release(6n)).toEqual(ok);
    expect(await release()).toEqual(ok);
    expect(await release()).toEqual(ok);
  });
});
