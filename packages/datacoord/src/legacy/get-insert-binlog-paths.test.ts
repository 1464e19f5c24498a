import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataServiceScene, unknownSegment } from '../testing/data-service-scene.ts';
import { collectionID, partitionID } from '../testing/harness.ts';

describe('GetInsertBinlogPaths of the older Data Service', () => {
  let scene: DataServiceScene;
  beforeEach(async () => {
    scene = await DataServiceScene.start();
  });
  afterEach(() => scene.end());

  const paths = (segmentID: bigint) => scene.call.getInsertBinlogPaths({ segmentID });

  it('names the insert logs of a segment by field', async () => {
    const segmentID = await scene.flushed();
    const answer = await paths(segmentID);
    expect(answer.status).toEqual(common.Status.fromPartial({}));
    const path = (field: bigint, log: number) =>
      `files/insert_log/${collectionID}/${partitionID}/${segmentID}/${field}/${log}`;
    const found = answer.fieldIDs.map((field, at) => [field, answer.paths[at]?.values]);
    expect(found.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
      [0n, [path(0n, 52)]],
      [1n, [path(1n, 53)]],
      [100n, [path(100n, 50)]],
      [101n, [path(101n, 51)]],
    ]);
  });

  it('names none of a segment that nothing is saved of', async () => {
    expect(await paths(await scene.assign())).toMatchObject({ fieldIDs: [], paths: [] });
  });

  it('says of which segment it does not know', async () => {
    expect((await paths(424_242n)).status).toEqual(unknownSegment);
    const dropped = await scene.flushed();
    await scene.drop(dropped);
    expect((await paths(dropped)).status?.reason).toBe(`failed to get segment ${dropped}`);
  });

  it('is the same after a restart', async () => {
    const segmentID = await scene.flushed();
    await scene.expectSameAfterRestart(() => paths(segmentID));
  });
});
