import { common, data } from '@millrace/proto';
import { afterEach, describe, expect, it } from 'vitest';
import { CompactionScene, eventually, vchannel } from '../testing/compaction-scene.ts';
import { testCollection, testPartition, testSchema } from '../testing/write-log.ts';

const { Success, UnexpectedError } = common.ErrorCode;

describe('AddImportSegment', () => {
  let scene: CompactionScene;
  afterEach(() => scene.stop());

  /** A segment with these keys, imported, as DataCoord knows it before its node does. */
  async function imported(keys: readonly number[]): Promise<data.AddImportSegmentRequest> {
    const { rootCoord, dataCoord, objects } = scene.cluster;
    rootCoord.collection = testSchema;
    const rows = keys.map((pk) => ({ pk, name: `row ${pk}`, vector: [pk, 0, 0, 0] }));
    await objects.put('rows.json', [Buffer.from(JSON.stringify({ rows }))]);
    const importTask = data.ImportTask.fromPartial({
      taskId: 5n,
      collectionId: testCollection,
      partitionId: testPartition,
      channelNames: [vchannel],
      files: ['rows.json'],
    });
    expect((await scene.call.import({ importTask })).reason).toBe('');
    const saved = dataCoord.imported.at(-1);
    return data.AddImportSegmentRequest.fromPartial({
      base: { timestamp: saved?.base?.timestamp ?? 0n },
      segmentId: saved?.segmentId ?? 0n,
      channelName: vchannel,
      collectionId: testCollection,
      partitionId: testPartition,
      rowNum: saved?.rowNum ?? 0n,
      statsLog: saved?.saveBinlogPathReq?.field2StatslogPaths ?? [],
    });
  }

  it('has deletes routed to the segment from then on, and answers a position before them', async () => {
    scene = await CompactionScene.start();
    const request = await imported([1, 2, 3]);
    const answer = await scene.call.addImportSegment(request);
    expect(answer.status?.errorCode).toBe(Success);
    const latest = await scene.cluster.stream.latest('by-dev-rootcoord-dml_0');
    expect(answer.channelPos).toEqual(Buffer.from(latest ?? []));
    await scene.deleted([2n, 4n]);
    scene.sync(request.segmentId);
    await eventually(async () =>
      expect((await scene.cluster.saved(request.segmentId)).deletes).toEqual([2n]),
    );
  });

  it('is the same when it comes again: deletes in between stay', async () => {
    scene = await CompactionScene.start();
    const request = await imported([1, 2, 3]);
    await scene.call.addImportSegment(request);
    await scene.deleted([3n]);
    expect((await scene.call.addImportSegment(request)).status?.errorCode).toBe(Success);
    scene.sync(request.segmentId);
    await eventually(async () =>
      expect((await scene.cluster.saved(request.segmentId)).deletes).toEqual([3n]),
    );
  });

  it('lets the segment be flushed: its row count is saved, and no log', async () => {
    scene = await CompactionScene.start();
    const request = await imported([1, 2, 3]);
    await scene.call.addImportSegment(request);
    expect((await scene.node.flush([request.segmentId]))?.errorCode ?? Success).toBe(Success);
    await scene.writer.tick();
    await eventually(() => expect(scene.info(request.segmentId)?.state).toBe(common.SegmentState.Flushed));
    expect(scene.cluster.dataCoord.saves.at(-1)).toMatchObject({
      segmentID: request.segmentId,
      flushed: true,
      importing: false,
      field2BinlogPaths: [],
      field2StatslogPaths: [],
      deltalogs: [{ fieldID: 0n, binlogs: [] }],
      startPositions: [],
      checkPoints: [{ segmentID: request.segmentId, numOfRows: 3n }],
    });
  });

  it('waits for a channel that is being assigned', async () => {
    scene = await CompactionScene.start();
    const other = 'by-dev-rootcoord-dml_1_441v1';
    const request = await imported([1]);
    const answer = scene.call.addImportSegment({ ...request, channelName: other });
    await scene.cluster.writer(other).tick();
    await scene.node.assign(other);
    expect((await answer).status?.errorCode).toBe(Success);
  });

  it('fails for a channel that does not come, with the words of the original', async () => {
    scene = await CompactionScene.start({ channelWaitMs: 100 });
    const request = await imported([1]);
    expect((await scene.call.addImportSegment({ ...request, channelName: 'nowhere_1v0' })).status).toEqual({
      errorCode: UnexpectedError,
      reason: 'channel not found in current DataNode',
    });
  });

  it('fails for a stats log that is not there, and adds nothing', async () => {
    scene = await CompactionScene.start();
    const request = await imported([1]);
    const [log] = request.statsLog;
    await scene.cluster.objects.remove(log?.binlogs[0]?.logPath ?? '');
    expect((await scene.call.addImportSegment(request)).status?.reason).toMatch(/stats log .* is missing/);
    expect(scene.node.node.channels()[0]?.segment(request.segmentId)).toBeUndefined();
  });
});
