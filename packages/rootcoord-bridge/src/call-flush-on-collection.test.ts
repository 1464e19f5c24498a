import { common, type data } from '@millrace/proto';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeDataCoords, failing, serverID } from './testing/fake-data-coords.ts';
import { itIsGuarded } from './testing/it-is-guarded.ts';

describe('callFlushOnCollection', () => {
  const dataCoords = new FakeDataCoords();
  afterEach(() => dataCoords.close());

  it('names the message type and the caller, and fails with the bare reason', async () => {
    const requests: data.FlushRequest[] = [];
    const bridge = await dataCoords.connectedTo({
      flush: (request) => {
        requests.push(request);
        return requests.length === 1 ? {} : { status: failing };
      },
    });
    await bridge.callFlushOnCollection(1n, [5n, 6n]);
    expect(requests[0]).toEqual({
      base: common.MsgBase.fromPartial({ msgType: common.MsgType.Flush, sourceID: serverID }),
      dbID: 0n,
      segmentIDs: [5n, 6n],
      collectionID: 1n,
      isImport: false,
    });
    await expect(bridge.callFlushOnCollection(1n, [5n])).rejects.toThrow(/^no space left$/);
  });

  it('says that the call failed when nobody takes it', async () => {
    const bridge = await dataCoords.connectedTo({});
    await expect(bridge.callFlushOnCollection(1n, [5n])).rejects.toThrow(
      'failed to call flush to data coordinator: ',
    );
  });

  itIsGuarded(dataCoords, 'flush on collection', (bridge, options) =>
    bridge.callFlushOnCollection(1n, [2n], options),
  );
});
