import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { oneUnsaved, type TwoSegments, unknownSegment } from '../testing/two-segments.ts';

describe('GetFlushState', () => {
  let scene: TwoSegments;
  beforeEach(async () => {
    scene = await oneUnsaved();
  });
  afterEach(() => scene.end());

  it('is true of unknown ids and of none, false of growing ones', async () => {
    const { cluster, flushed, growing } = scene;
    const of = async (...segmentIDs: bigint[]) => (await cluster.call.getFlushState({ segmentIDs })).flushed;
    expect(await of()).toBe(true);
    expect(await of(unknownSegment, flushed)).toBe(true);
    expect(await of(flushed, growing)).toBe(false);
    await cluster.call.markSegmentsDropped({ segmentIds: [growing] });
    expect(await of(flushed, growing)).toBe(true);
  });

  it('is the same after a restart', async () => {
    const { cluster, flushed, growing } = scene;
    const of = async (...segmentIDs: bigint[]) => (await cluster.call.getFlushState({ segmentIDs })).flushed;
    await cluster.restart();
    expect(await of(flushed)).toBe(true);
    expect(await of(growing)).toBe(false);
  });
});
