import { composeTimestamp } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { segmentWrites } from '../meta/catalog.ts';
import { channel, collectionID, Harness, partitionID, positionAt } from '../testing/harness.ts';
import { aSegment, fieldLogs } from '../testing/segments.ts';
import {
  checkpointMs,
  expectSameAfterRestart,
  oneUnsaved,
  type TwoSegments,
  unknownSegment,
} from '../testing/two-segments.ts';

describe('GetSegmentInfo', () => {
  let scene: TwoSegments;
  beforeEach(async () => {
    scene = await oneUnsaved();
  });
  afterEach(() => scene.end());

  it('answers all or none, with the text that peers compare, and the checkpoint of each channel', async () => {
    const { cluster, flushed, growing } = scene;
    const answer = await cluster.call.getSegmentInfo({ segmentIDs: [flushed, growing, flushed] });
    expect(answer.infos.map(({ ID }) => ID)).toEqual([flushed, growing, flushed]);
    expect(answer.channelCheckpoint[channel]?.timestamp).toBe(composeTimestamp(checkpointMs));
    const missing = await cluster.call.getSegmentInfo({ segmentIDs: [flushed, unknownSegment] });
    expect(missing.infos).toEqual([]);
    expect(missing.status).toEqual({ errorCode: 1, reason: `failed to get segment ${unknownSegment}` });
    expect((await cluster.call.getSegmentInfo({})).status?.errorCode).toBe(0);
  });

  it('tells a compacted segment with the deletes and the position of what it became', async () => {
    const { flushed } = scene;
    const target = aSegment(77_000n, {
      compactionFrom: [flushed, 5n],
      dmlPosition: positionAt(composeTimestamp(9000)),
      logs: {
        insert: [fieldLogs(100n, [{ entriesNum: 10n, logID: 77_001n }])],
        stats: [fieldLogs(100n, [{ logID: 77_002n }])],
        delta: [fieldLogs(0n, [{ entriesNum: 1n, logID: 77_003n }])],
      },
    });
    const other = await Harness.start();
    try {
      for (const write of [
        ...segmentWrites(other.keys, undefined, aSegment(flushed)),
        ...segmentWrites(other.keys, undefined, target),
      ])
        await other.store.transact({ writes: [write] });
      await other.restart();
      const ask = (includeUnHealthy: boolean) =>
        other.call.getSegmentInfo({ segmentIDs: [flushed], includeUnHealthy });
      const [own] = (await ask(false)).infos;
      const [merged] = (await ask(true)).infos;
      expect(own?.deltalogs).toEqual([]);
      expect(merged).toEqual({
        ...own,
        deltalogs: [
          {
            fieldID: 0n,
            binlogs: [
              expect.objectContaining({
                logPath: `files/delta_log/${collectionID}/${partitionID}/77000/77003`,
              }),
            ],
          },
        ],
        dmlPosition: target.dmlPosition,
      });
    } finally {
      await other.end();
    }
  });

  it('is the same after a restart', async () => {
    const { cluster, flushed, growing } = scene;
    await expectSameAfterRestart(cluster, () =>
      cluster.call.getSegmentInfo({ segmentIDs: [flushed, growing] }),
    );
  });

  it('that no peer would receive fails as a gRPC call, and says what to do', async () => {
    const { cluster, flushed } = scene;
    await cluster.restart({ answerBytesMax: 100 });
    await expect(cluster.call.getSegmentInfo({ segmentIDs: [flushed] })).rejects.toMatchObject({
      kind: 'exhausted',
      message: expect.stringContaining('ask for fewer segments'),
    });
  });
});
