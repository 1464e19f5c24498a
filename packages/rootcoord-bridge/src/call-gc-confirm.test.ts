import { afterEach, describe, expect, it } from 'vitest';
import { FakeDataCoords, failing, notReady } from './testing/fake-data-coords.ts';
import { itIsGuarded } from './testing/it-is-guarded.ts';

describe('callGcConfirm', () => {
  const dataCoords = new FakeDataCoords();
  afterEach(() => dataCoords.close());

  it('asks for one partition, or for all with -1', async () => {
    const bridge = await dataCoords.connectedTo({
      gcConfirm: (request) => ({ gcFinished: request.partitionId === -1n }),
    });
    expect(await bridge.callGcConfirm(1n, -1n)).toBe(true);
    expect(await bridge.callGcConfirm(1n, 4n)).toBe(false);
  });

  it('waits out a DataCoord that is not serving yet, and passes any other failure on', async () => {
    const answers = [{ status: notReady }, { gcFinished: true }, { status: failing }];
    const bridge = await dataCoords.connectedTo({ gcConfirm: () => answers.shift() ?? {} });
    expect(await bridge.callGcConfirm(1n, -1n)).toBe(true);
    await expect(bridge.callGcConfirm(1n, -1n)).rejects.toThrow(
      'gc confirm by data coord failed, reason = no space left',
    );
  });

  itIsGuarded(dataCoords, 'gc confirm', (bridge, options) => bridge.callGcConfirm(1n, -1n, options));
});
