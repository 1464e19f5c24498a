import { common, data } from '@millrace/proto';
import type { ClientOf } from '@millrace/runtime';
import { describe, expect, it } from 'vitest';
import { SegmentAssigner, type SegmentRequest } from './segment-assigner.ts';

const forever = 2n ** 62n;

/** A DataCoord that serves every channel but some, and says why only where it serves nothing, as the original's answers do. */
class FakeDataCoord {
  readonly asked: string[][] = [];
  /** How many more times each channel is left out. */
  readonly refusals = new Map<string, number>();

  readonly call = {
    assignSegmentId: async (
      request: Parameters<ClientOf<typeof data.DataCoordService>['assignSegmentId']>[0],
    ) => {
      const items = data.AssignSegmentIDRequest.fromPartial(request).segmentIDRequests;
      this.asked.push(items.map(({ channelName }) => channelName));
      const served = items.filter(({ channelName }) => this.serves(channelName));
      return data.AssignSegmentIDResponse.fromPartial({
        status:
          served.length > 0
            ? {}
            : { errorCode: common.ErrorCode.UnexpectedError, reason: 'the disk is full' },
        segIDAssignments: served.map(({ collectionID, partitionID, channelName, count }) => ({
          collectionID,
          partitionID,
          channelName,
          count,
          segID: 7n,
          expireTime: forever,
        })),
      });
    },
  };

  private serves(channel: string): boolean {
    const refusals = this.refusals.get(channel) ?? 0;
    this.refusals.set(channel, refusals - 1);
    return refusals <= 0;
  }

  assigner(): SegmentAssigner {
    return new SegmentAssigner(this.call as ClientOf<typeof data.DataCoordService>, 1n);
  }
}

function rowsOn(channel: string, rows: number): SegmentRequest {
  return { collectionID: 1n, partitionID: 2n, channel, rows, timestamp: 5n };
}

describe('the assigner of segments', () => {
  it('sums up what is asked for together, and gives each its rows', async () => {
    const dataCoord = new FakeDataCoord();
    const assigner = dataCoord.assigner();
    const both = [assigner.assign(rowsOn('a', 3)), assigner.assign(rowsOn('a', 4))];
    expect(await Promise.all(both)).toEqual([[{ segmentID: 7n, rows: 3 }], [{ segmentID: 7n, rows: 4 }]]);
    expect(dataCoord.asked).toEqual([['a']]);
  });

  it('says why one of several could not be served, and serves the others', async () => {
    const dataCoord = new FakeDataCoord();
    dataCoord.refusals.set('b', 2);
    const assigner = dataCoord.assigner();
    const [served, refused] = await Promise.allSettled([
      assigner.assign(rowsOn('a', 3)),
      assigner.assign(rowsOn('b', 4)),
    ]);
    expect(served).toEqual({ status: 'fulfilled', value: [{ segmentID: 7n, rows: 3 }] });
    expect(refused).toMatchObject({ status: 'rejected', reason: { message: 'the disk is full' } });
  });

  it('serves one that was left out for a moment', async () => {
    const dataCoord = new FakeDataCoord();
    dataCoord.refusals.set('b', 1);
    const assigner = dataCoord.assigner();
    const asked = [assigner.assign(rowsOn('a', 3)), assigner.assign(rowsOn('b', 4))];
    const assigned = await Promise.all(asked);
    expect(assigned[1]).toEqual([{ segmentID: 7n, rows: 4 }]);
  });
});
