import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, OldApiScene, success } from '../testing/old-api-scene.ts';
import { testCollection } from '../testing/write-log.ts';

const { SegmentState, ErrorCode } = common;

describe('FlushSegments of the older DataNode', () => {
  let scene: OldApiScene;
  beforeEach(async () => {
    scene = await OldApiScene.start();
  });
  afterEach(() => scene.end());

  const flush = (...segmentIDs: bigint[]) =>
    scene.call.flushSegments({ collectionID: testCollection, segmentIDs });

  it('flushes these segments behind the next tick, and no others, however often it comes', async () => {
    for (const segmentID of [7n, 8n]) scene.allocate(segmentID);
    await scene.watch();
    await scene.insert([7n, 1n], [8n, 2n]);
    for (let times = 0; times < 2; times++) expect(await flush(7n)).toEqual(success);
    await scene.writer.tick();
    await eventually(() => expect(scene.stateOf(7n)).toBe(SegmentState.Flushed));
    expect((await scene.cluster.saved(7n)).keys).toEqual([1n]);
    expect(scene.stateOf(8n)).toBe(SegmentState.Growing);
  });

  it('refuses a segment that nobody knows, and flushes the others', async () => {
    scene.allocate(7n);
    await scene.watch();
    await scene.insert([7n, 1n]);
    expect(await flush(99n, 7n)).toEqual({
      errorCode: ErrorCode.UnexpectedError,
      reason: 'no flush channel found for the segment, unable to flush',
    });
    await scene.writer.tick();
    await eventually(() => expect(scene.stateOf(7n)).toBe(SegmentState.Flushed));
  });

  it('has nothing to do without a segment', async () => {
    expect(await flush()).toEqual(success);
  });

  it('is refused by a node that does not serve, with the text of today', async () => {
    await scene.node.kill();
    expect(await flush(7n)).toEqual({
      errorCode: ErrorCode.UnexpectedError,
      reason: 'DataNode is not ready yet',
    });
  });
});
