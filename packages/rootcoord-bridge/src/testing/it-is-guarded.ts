import type { CallOptions } from '@millrace/runtime';
import { expect, it } from 'vitest';
import type { DataCoordBridge } from '../data-coord-bridge.ts';
import { aBridge, type FakeDataCoords } from './fake-data-coords.ts';

/** What holds of every function of the bridge that fails by rejecting. `words` are those of its panics. */
export function itIsGuarded(
  dataCoords: FakeDataCoords,
  words: string,
  call: (bridge: DataCoordBridge, options?: CallOptions) => Promise<unknown>,
): void {
  it('waits for the connection, until the caller gives up', async () => {
    const stop = new AbortController();
    const pending = call(aBridge(), { signal: stop.signal });
    stop.abort();
    await expect(pending).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'stopped while waiting for the connection to datacoord',
    });
  });

  it('fails with Unavailable when there is no connection in time', async () => {
    await expect(call(aBridge(), { deadlineMs: 10 })).rejects.toMatchObject({
      kind: 'unavailable',
      message: 'no connection to datacoord within 10 ms: start one, or wait longer',
    });
  });

  it('turns a panic into an error', async () => {
    await expect(call(await dataCoords.panicking())).rejects.toMatchObject({
      kind: 'internal',
      message: `${words} panic, msg = nil pointer`,
    });
  });
}
