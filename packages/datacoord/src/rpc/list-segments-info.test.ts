import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  expectSameAfterRestart,
  oneUnsaved,
  type TwoSegments,
  unknownSegment,
} from '../testing/two-segments.ts';

describe('ListSegmentsInfo', () => {
  let scene: TwoSegments;
  beforeEach(async () => {
    scene = await oneUnsaved();
  });
  afterEach(() => scene.end());

  it('tells segments without their logs', async () => {
    const { cluster, flushed } = scene;
    const { infos } = await cluster.call.listSegmentsInfo({ segmentIDs: [flushed] });
    expect(infos[0]).toMatchObject({
      ID: flushed,
      numOfRows: 10n,
      binlogs: [],
      statslogs: [],
      deltalogs: [],
    });
  });

  it('answers all or none; dropped ones where it is asked for them too', async () => {
    const { cluster, flushed, growing } = scene;
    await cluster.call.markSegmentsDropped({ segmentIds: [growing] });
    const ask = (segmentIDs: bigint[], includeUnHealthy = false) =>
      cluster.call.listSegmentsInfo({ segmentIDs, includeUnHealthy });
    const refused = (id: bigint) => ({
      infos: [],
      status: { errorCode: 1, reason: `failed to get segment ${id}` },
    });
    expect(await ask([flushed, unknownSegment])).toEqual(refused(unknownSegment));
    expect(await ask([flushed, growing])).toEqual(refused(growing));
    expect((await ask([flushed, growing], true)).infos.map(({ ID }) => ID)).toEqual([flushed, growing]);
  });

  it('is the same after a restart', async () => {
    const { cluster, flushed } = scene;
    await expectSameAfterRestart(cluster, () => cluster.call.listSegmentsInfo({ segmentIDs: [flushed] }));
  });
});
