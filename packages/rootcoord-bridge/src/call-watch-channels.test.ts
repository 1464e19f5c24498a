import type { data } from '@millrace/proto';
import { realClock } from '@millrace/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeDataCoords, failing, notReady } from './testing/fake-data-coords.ts';
import { itIsGuarded } from './testing/it-is-guarded.ts';

describe('callWatchChannels', () => {
  const dataCoords = new FakeDataCoords();
  afterEach(() => dataCoords.close());

  it('sends channels, start positions and schema, without a base', async () => {
    const requests: data.WatchChannelsRequest[] = [];
    const bridge = await dataCoords.connectedTo({
      watchChannels: (request) => {
        requests.push(request);
        return {};
      },
    });
    const startPositions = [{ key: 'a', data: Buffer.from([1, 2]) }];
    const schema = { name: 'c', description: '', autoID: false, fields: [] };
    await bridge.callWatchChannels(1n, ['a_1v0'], { startPositions, schema });
    expect(requests).toEqual([{ collectionID: 1n, channelNames: ['a_1v0'], startPositions, schema }]);
  });

  it('waits out a DataCoord that is not serving yet, and passes any other failure on', async () => {
    const answers = [{ status: notReady }, {}, { status: failing }];
    const bridge = await dataCoords.connectedTo({ watchChannels: () => answers.shift() ?? {} });
    await bridge.callWatchChannels(1n, ['a_1v0']);
    await expect(bridge.callWatchChannels(1n, ['a_1v0'])).rejects.toThrow(
      'data coord watch channels failed, reason = no space left',
    );
  });

  it('does not wait longer than its deadline', async () => {
    const bridge = await dataCoords.connectedTo({
      watchChannels: () => ({ status: notReady }),
    });
    const began = realClock.monotonic();
    await expect(bridge.callWatchChannels(1n, ['a_1v0'], {}, { deadlineMs: 100 })).rejects.toMatchObject({
      kind: 'unavailable',
    });
    expect(realClock.monotonic() - began).toBeLessThan(1_500);
  });

  itIsGuarded(dataCoords, 'watch channels', (bridge, options) =>
    bridge.callWatchChannels(1n, ['a_1v0'], {}, options),
  );
});
