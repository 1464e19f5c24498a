import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectionID, partitionID } from '../testing/harness.ts';
import {
  expectSameAfterRestart,
  oneUnsaved,
  type TwoSegments,
  unknownSegment,
} from '../testing/two-segments.ts';

describe('GetInsertBinlogPaths', () => {
  let scene: TwoSegments;
  beforeEach(async () => {
    scene = await oneUnsaved();
  });
  afterEach(() => scene.end());

  it('lists the paths of each field', async () => {
    const { cluster, flushed } = scene;
    const { fieldIDs, paths } = await cluster.call.getInsertBinlogPaths({ segmentID: flushed });
    expect(fieldIDs).toEqual([0n, 1n, 100n, 101n]);
    expect(paths[2]?.values).toEqual([`files/insert_log/${collectionID}/${partitionID}/${flushed}/100/50`]);
  });

  it('lists none of a segment without logs, and says of one that is not there that it is not', async () => {
    const ask = (segmentID: bigint) => scene.cluster.call.getInsertBinlogPaths({ segmentID });
    expect((await ask(scene.growing)).fieldIDs).toEqual([]);
    expect((await ask(unknownSegment)).status).toEqual({ errorCode: 1, reason: 'segment not found' });
  });

  it('is the same after a restart', async () => {
    const { cluster, flushed } = scene;
    await expectSameAfterRestart(cluster, () => cluster.call.getInsertBinlogPaths({ segmentID: flushed }));
  });
});
