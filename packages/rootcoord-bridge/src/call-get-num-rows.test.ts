import { common, data } from '@millrace/proto';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeDataCoords, failing, serverID, timestamp } from './testing/fake-data-coords.ts';
import { itIsGuarded } from './testing/it-is-guarded.ts';

describe('callGetNumRows', () => {
  const dataCoords = new FakeDataCoords();
  afterEach(() => dataCoords.close());

  const segment = (state: common.SegmentState) =>
    data.SegmentInfo.fromPartial({ ID: 5n, numOfRows: 40n, state });

  it('counts a flushed segment, and any segment from the flushed channel', async () => {
    const bases: unknown[] = [];
    const state = { now: common.SegmentState.Flushed as common.SegmentState };
    const bridge = await dataCoords.connectedTo({
      getSegmentInfo: (request) => {
        bases.push(request.base);
        return { infos: [segment(state.now)] };
      },
    });
    expect(await bridge.callGetNumRows(5n, false)).toBe(40n);
    state.now = common.SegmentState.Growing;
    expect(await bridge.callGetNumRows(5n, false)).toBe(0n);
    expect(await bridge.callGetNumRows(5n, true)).toBe(40n);
    expect(bases[0]).toEqual(common.MsgBase.fromPartial({ timestamp, sourceID: serverID }));
  });

  it('is 0 for a segment without an answer, and an error for a failing one', async () => {
    const answers = [{}, { status: failing }];
    const bridge = await dataCoords.connectedTo({ getSegmentInfo: () => answers.shift() ?? {} });
    expect(await bridge.callGetNumRows(5n, true)).toBe(0n);
    await expect(bridge.callGetNumRows(5n, true)).rejects.toThrow(
      'getSegmentInfo from data service failed, error = no space left',
    );
  });

  itIsGuarded(dataCoords, 'get num rows', (bridge, options) => bridge.callGetNumRows(1n, false, options));
});
