import { seededRandom } from '@millrace/core';
import { defaultMetaRoot, MemoryMetaStore, registerSession } from '@millrace/metastore';
import { realClock } from '@millrace/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { dataCoordOf } from './data-coord-of.ts';
import { aBridge, FakeDataCoords } from './testing/fake-data-coords.ts';

describe('setDataCoord', () => {
  const dataCoords = new FakeDataCoords();
  afterEach(() => dataCoords.close());

  it('holds calls back until a DataCoord answers, then lets them all through', async () => {
    let address: string | undefined;
    const bridge = aBridge();
    const connecting = bridge.setDataCoord(
      dataCoords.clientAt(() => address),
      new AbortController().signal,
    );
    const waiting = [bridge.callGetFlushedSegments(1n, 2n), bridge.callGetFlushedSegments(1n, 3n)];
    expect(bridge.isConnected).toBe(false);
    address = (
      await dataCoords.serve({ getFlushedSegments: (request) => ({ segments: [request.partitionID] }) })
    ).address;
    await connecting;
    expect(await Promise.all(waiting)).toEqual([[2n], [3n]]);
  });

  it('stops trying when it is stopped', async () => {
    const stop = new AbortController();
    const connecting = aBridge().setDataCoord(
      dataCoords.clientAt(() => undefined),
      stop.signal,
    );
    stop.abort();
    await expect(connecting).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('follows a DataCoord that moves', async () => {
    const first = await dataCoords.serve({ getFlushedSegments: () => ({ segments: [1n] }) });
    let { address } = first;
    const bridge = aBridge();
    await bridge.setDataCoord(
      dataCoords.clientAt(() => address),
      new AbortController().signal,
    );
    expect(await bridge.callGetFlushedSegments(1n, 2n)).toEqual([1n]);
    const second = await dataCoords.serve({ getFlushedSegments: () => ({ segments: [2n] }) });
    await first.stop();
    address = second.address;
    expect(await bridge.callGetFlushedSegments(1n, 2n)).toEqual([2n]);
  });

  it('finds it by its session, and again under its next one', async () => {
    const store = new MemoryMetaStore({ clock: realClock });
    const register = (address: string) =>
      registerSession(
        { store, clock: realClock, random: seededRandom(2) },
        defaultMetaRoot,
        { role: 'datacoord', address },
        new AbortController().signal,
      );
    const client = dataCoordOf(store);
    dataCoords.onClose(() => client.close());
    const bridge = aBridge();
    const connecting = bridge.setDataCoord(client.call, new AbortController().signal);
    const waiting = bridge.callGetFlushedSegments(1n, 2n);
    const first = await dataCoords.serve({ getFlushedSegments: () => ({ segments: [1n] }) });
    const session = await register(first.address);
    await connecting;
    expect(await waiting).toEqual([1n]);

    await first.stop();
    await session.close();
    await expect(bridge.callGetFlushedSegments(1n, 2n)).rejects.toMatchObject({ kind: 'unavailable' });
    const second = await dataCoords.serve({ getFlushedSegments: () => ({ segments: [2n] }) });
    const next = await register(second.address);
    dataCoords.onClose(() => next.close());
    expect(await bridge.callGetFlushedSegments(1n, 2n)).toEqual([2n]);
  });

  it('reports a DataCoord that is gone as Unavailable', async () => {
    const only = await dataCoords.serve({});
    const bridge = aBridge();
    await bridge.setDataCoord(
      dataCoords.clientAt(() => only.address),
      new AbortController().signal,
    );
    await only.stop();
    await expect(bridge.callGetFlushedSegments(1n, 2n, { deadlineMs: 300 })).rejects.toMatchObject({
      kind: 'unavailable',
    });
  });
});
