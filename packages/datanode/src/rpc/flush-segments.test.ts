import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompactionScene, eventually } from '../testing/compaction-scene.ts';

describe('FlushSegments', () => {
  let scene: CompactionScene;
  beforeEach(async () => {
    scene = await CompactionScene.start();
  });
  afterEach(() => scene.stop());

  const ok = { errorCode: common.ErrorCode.Success, reason: '' };
  const flush = (segmentIDs: bigint[], targetID = scene.node.nodeID) =>
    scene.call.flushSegments({ base: common.MsgBase.fromPartial({ targetID }), segmentIDs });

  it('makes the rows of a segment durable behind the next pack of its channel', async () => {
    await scene.growing(10n, [1n, 2n]);
    expect(await flush([10n])).toEqual(ok);
    expect(scene.info(10n)?.state).toBe(common.SegmentState.Growing);
    await scene.writer.tick();
    await eventually(() => expect(scene.info(10n)?.state).toBe(common.SegmentState.Flushed));
    expect((await scene.cluster.saved(10n)).keys).toEqual([1n, 2n]);
  });

  it('takes no segments, and one that is flushed already', async () => {
    await scene.flushed(10n, [1n]);
    expect(await flush([])).toEqual(ok);
    expect(await flush([10n])).toEqual(ok);
  });

  it('flushes what it knows, and refuses the call for a segment it does not', async () => {
    await scene.growing(10n, [1n]);
    const refused = {
      errorCode: common.ErrorCode.UnexpectedError,
      reason: 'no flush channel found for the segment, unable to flush',
    };
    expect(await flush([4_242_424_242n, 10n])).toEqual(refused);
    await scene.writer.tick();
    await eventually(() => expect(scene.info(10n)?.state).toBe(common.SegmentState.Flushed));
  });

  it('refuses what is meant for another node', async () => {
    expect(await flush([10n], 999n)).toEqual({
      errorCode: common.ErrorCode.NodeIDNotMatch,
      reason: `target node id not match target id = 999, node id = ${scene.node.nodeID}`,
    });
  });
});
