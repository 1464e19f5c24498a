import { common } from '@millrace/proto';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeDataCoords, failing, serverID, timestamp } from './testing/fake-data-coords.ts';
import { itIsGuarded } from './testing/it-is-guarded.ts';

describe('callGetBinlogFilePaths', () => {
  const dataCoords = new FakeDataCoords();
  afterEach(() => dataCoords.close());

  const stamped = common.MsgBase.fromPartial({ timestamp, sourceID: serverID });

  it('returns the paths of the field asked for, from every entry of it', async () => {
    const requests: unknown[] = [];
    const bridge = await dataCoords.connectedTo({
      getInsertBinlogPaths: (request) => {
        requests.push(request);
        return {
          fieldIDs: [100n, 101n, 100n],
          paths: [['a', 'b'], ['x'], ['c']].map((values) => ({ values, status: undefined })),
        };
      },
    });
    expect(await bridge.callGetBinlogFilePaths(5n, 100n)).toEqual(['a', 'b', 'c']);
    expect(requests).toEqual([{ base: stamped, segmentID: 5n }]);
  });

  it('fails when the field has no binlog', async () => {
    const bridge = await dataCoords.connectedTo({ getInsertBinlogPaths: () => ({}) });
    await expect(bridge.callGetBinlogFilePaths(5n, 100n)).rejects.toMatchObject({
      kind: 'not-found',
      message: 'binlog file does not exist, segment id = 5, field id = 100',
    });
  });

  it('passes a failing status on', async () => {
    const bridge = await dataCoords.connectedTo({ getInsertBinlogPaths: () => ({ status: failing }) });
    await expect(bridge.callGetBinlogFilePaths(5n, 100n)).rejects.toThrow(
      /^getInsertBinlogPaths from data service failed, error = no space left$/,
    );
  });

  it('counts an answer with fewer path lists than fields as a panic', async () => {
    const bridge = await dataCoords.connectedTo({ getInsertBinlogPaths: () => ({ fieldIDs: [100n] }) });
    await expect(bridge.callGetBinlogFilePaths(5n, 100n)).rejects.toThrow(
      /^get bin log file paths panic, msg = /,
    );
  });

  itIsGuarded(dataCoords, 'get bin log file paths', (bridge, options) =>
    bridge.callGetBinlogFilePaths(1n, 100n, options),
  );
});
