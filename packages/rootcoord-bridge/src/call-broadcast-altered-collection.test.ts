import type { data } from '@millrace/proto';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeDataCoords, failing, notReady } from './testing/fake-data-coords.ts';
import { itIsGuarded } from './testing/it-is-guarded.ts';

describe('callBroadcastAlteredCollection', () => {
  const dataCoords = new FakeDataCoords();
  afterEach(() => dataCoords.close());

  it('carries the collection, and fails with the bare reason', async () => {
    const requests: data.AlterCollectionRequest[] = [];
    const bridge = await dataCoords.connectedTo({
      broadcastAlteredCollection: (request) => {
        requests.push(request);
        return requests.length === 1 ? {} : failing;
      },
    });
    const properties = [{ key: 'collection.ttl.seconds', value: '60' }];
    await bridge.callBroadcastAlteredCollection({ collectionID: 1n, properties });
    expect(requests[0]).toMatchObject({ collectionID: 1n, properties });
    await expect(bridge.callBroadcastAlteredCollection({})).rejects.toThrow(/^no space left$/);
  });

  it('waits out a DataCoord that is not serving yet', async () => {
    const answers = [notReady, {}];
    const bridge = await dataCoords.connectedTo({
      broadcastAlteredCollection: () => answers.shift() ?? failing,
    });
    await bridge.callBroadcastAlteredCollection({ collectionID: 1n });
    expect(answers).toEqual([]);
  });

  itIsGuarded(dataCoords, 'broadcast altered collection', (bridge, options) =>
    bridge.callBroadcastAlteredCollection({ collectionID: 1n }, options),
  );
});
