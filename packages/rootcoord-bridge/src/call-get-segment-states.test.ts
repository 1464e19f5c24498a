import { data } from '@millrace/proto';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeDataCoords, failing } from './testing/fake-data-coords.ts';
import { itIsGuarded } from './testing/it-is-guarded.ts';

describe('callGetSegmentStates', () => {
  const dataCoords = new FakeDataCoords();
  afterEach(() => dataCoords.close());

  it('answers in the order asked, and passes a failing status on', async () => {
    const bridge = await dataCoords.connectedTo({
      getSegmentStates: ({ segmentIDs }) => ({
        ...(segmentIDs.length === 0 ? { status: failing } : {}),
        states: segmentIDs.map((segmentID) => data.SegmentStateInfo.fromPartial({ segmentID })),
      }),
    });
    const states = await bridge.callGetSegmentStates([8n, 5n]);
    expect(states.map((info) => info.segmentID)).toEqual([8n, 5n]);
    await expect(bridge.callGetSegmentStates([])).rejects.toThrow(
      'get segment states from data coord failed, reason = no space left',
    );
  });

  itIsGuarded(dataCoords, 'get segment states', (bridge, options) =>
    bridge.callGetSegmentStates([8n], options),
  );
});
