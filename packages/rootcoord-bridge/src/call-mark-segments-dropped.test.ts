import { afterEach, describe, expect, it } from 'vitest';
import { FakeDataCoords, failing, notReady } from './testing/fake-data-coords.ts';
import { itIsGuarded } from './testing/it-is-guarded.ts';

describe('callMarkSegmentsDropped', () => {
  const dataCoords = new FakeDataCoords();
  afterEach(() => dataCoords.close());

  it('carries ids, and passes a failing status on', async () => {
    const requests: (readonly bigint[])[] = [];
    const bridge = await dataCoords.connectedTo({
      markSegmentsDropped: ({ segmentIds }) => {
        requests.push(segmentIds);
        return segmentIds.length === 0 ? failing : {};
      },
    });
    await bridge.callMarkSegmentsDropped([8n, 9n]);
    expect(requests).toEqual([[8n, 9n]]);
    await expect(bridge.callMarkSegmentsDropped([])).rejects.toThrow(
      'mark segments dropped by data coord failed, reason = no space left',
    );
  });

  it('waits out a DataCoord that does not know its segments yet', async () => {
    const answers = [notReady, {}];
    const bridge = await dataCoords.connectedTo({ markSegmentsDropped: () => answers.shift() ?? failing });
    await bridge.callMarkSegmentsDropped([8n]);
    expect(answers).toEqual([]);
  });

  itIsGuarded(dataCoords, 'mark segments dropped', (bridge, options) =>
    bridge.callMarkSegmentsDropped([8n], options),
  );
});
