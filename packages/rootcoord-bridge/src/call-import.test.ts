import { common } from '@millrace/proto';
import { afterEach, describe, expect, it } from 'vitest';
import { aBridge, FakeDataCoords, failing } from './testing/fake-data-coords.ts';

describe('callImport', () => {
  const dataCoords = new FakeDataCoords();
  afterEach(() => dataCoords.close());

  it('returns the answer as it is, a failing one too', async () => {
    const bridge = await dataCoords.connectedTo({ import: () => ({ status: failing, datanodeId: 3n }) });
    expect(await bridge.callImport({})).toEqual({ status: failing, datanodeId: 3n });
  });

  it('answers a panic with its text', async () => {
    const bridge = await dataCoords.panicking();
    expect((await bridge.callImport({})).status).toEqual({
      errorCode: common.ErrorCode.UnexpectedError,
      reason: 'assign import task to data coord panic',
    });
  });

  it('waits for the connection, and answers that there was none in time, or that the caller gave up', async () => {
    expect((await aBridge().callImport({}, { deadlineMs: 10 })).status).toEqual({
      errorCode: common.ErrorCode.UnexpectedError,
      reason: 'no connection to datacoord within 10 ms: start one, or wait longer',
    });
    const stop = new AbortController();
    const pending = aBridge().callImport({}, { signal: stop.signal });
    stop.abort();
    expect((await pending).status).toEqual({
      errorCode: common.ErrorCode.UnexpectedError,
      reason: 'stopped while waiting for the connection to datacoord',
    });
  });
});
