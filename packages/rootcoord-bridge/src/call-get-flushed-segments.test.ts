import { common, type data } from '@millrace/proto';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeDataCoords, failing, serverID } from './testing/fake-data-coords.ts';
import { itIsGuarded } from './testing/it-is-guarded.ts';

describe('callGetFlushedSegments', () => {
  const dataCoords = new FakeDataCoords();
  afterEach(() => dataCoords.close());

  it('asks without a timestamp, and passes a failing status on', async () => {
    const requests: data.GetFlushedSegmentsRequest[] = [];
    const bridge = await dataCoords.connectedTo({
      getFlushedSegments: (request) => {
        requests.push(request);
        return requests.length === 1 ? { segments: [3n, 4n] } : { status: failing };
      },
    });
    expect(await bridge.callGetFlushedSegments(1n, 2n)).toEqual([3n, 4n]);
    expect(requests[0]).toMatchObject({
      base: common.MsgBase.fromPartial({ sourceID: serverID }),
      collectionID: 1n,
      partitionID: 2n,
    });
    await expect(bridge.callGetFlushedSegments(1n, 2n)).rejects.toThrow(
      'get flushed segments from data coord failed, reason = no space left',
    );
  });

  itIsGuarded(dataCoords, 'get flushed segments from data coord', (bridge, options) =>
    bridge.callGetFlushedSegments(1n, 2n, options),
  );
});
