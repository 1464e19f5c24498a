import { composeTimestamp } from '@millrace/core';
import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anItem, DataServiceScene } from '../testing/data-service-scene.ts';
import { channel, collectionID, partitionID, rowsPerSegment } from '../testing/harness.ts';

const success = common.Status.fromPartial({});

describe('AssignSegmentID of the older Data Service', () => {
  let scene: DataServiceScene;
  beforeEach(async () => {
    scene = await DataServiceScene.start();
  });
  afterEach(() => scene.end());

  it('assigns rows item by item, and each that it cannot serve says why', async () => {
    const { status, segIDAssignments } = await scene.call.assignSegmentId({
      nodeID: 1n,
      peerRole: 'proxy',
      segIDRequests: [anItem(), anItem({ collectionID: 5n, channelName: 'x_5v0' })],
    });
    expect(status).toEqual(success);
    const [served, refused] = segIDAssignments;
    expect(served).toMatchObject({
      channelName: channel,
      count: 10,
      collectionID,
      partitionID,
      collName: 'digits',
      partitionName: '_default',
      status: success,
    });
    expect(served?.segID).toBeGreaterThan(0n);
    expect(served?.expireTime).toBeGreaterThan(composeTimestamp(Date.now() - 60_000));
    expect(refused).toMatchObject({
      segID: 0n,
      collectionID: 5n,
      status: {
        errorCode: common.ErrorCode.UnexpectedError,
        reason: expect.stringContaining('ask GetInsertChannels'),
      },
    });
  });

  it('assigns from the same segments as today’s call', async () => {
    const [today] = await scene.cluster.assign(10);
    expect(await scene.assign()).toBe(today?.segID);
  });

  it('goes on in the same segment when it is asked again, over a restart', async () => {
    const segmentID = await scene.assign();
    expect(await scene.assign()).toBe(segmentID);
    await scene.restart();
    expect(await scene.assign()).toBe(segmentID);
  });

  it('spreads what is more than a segment takes over several, each with the names of its item', async () => {
    const { segIDAssignments } = await scene.call.assignSegmentId({
      segIDRequests: [anItem({ count: rowsPerSegment + 15 })],
    });
    expect(segIDAssignments.map(({ count }) => count)).toEqual([rowsPerSegment, 15]);
    expect(new Set(segIDAssignments.map(({ segID }) => segID)).size).toBe(2);
    for (const each of segIDAssignments) expect(each).toMatchObject({ collName: 'digits', status: success });
  });

  it('assigns nothing to who asks for nothing', async () => {
    expect(await scene.call.assignSegmentId({})).toEqual({ status: success, segIDAssignments: [] });
  });
});
