import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channel, Harness, positionAt } from '../testing/harness.ts';

describe('GetFlushAllState', () => {
  let cluster: Harness;
  beforeEach(async () => {
    cluster = await Harness.start();
    await cluster.watch();
  });
  afterEach(() => cluster.end());

  const flushed = async (flushAllTs: bigint) => (await cluster.call.getFlushAllState({ flushAllTs })).flushed;
  const checkpointAt = (timestamp: bigint) =>
    cluster.call.updateChannelCheckpoint({ vChannel: channel, position: positionAt(timestamp) });

  it('is false while a channel has no checkpoint', async () => {
    expect(await flushed(0n)).toBe(false);
  });

  it('is true once every channel has its checkpoint there or behind it, over a restart', async () => {
    await checkpointAt(1_000n);
    expect(await flushed(1_001n)).toBe(false);
    expect(await flushed(1_000n)).toBe(true);
    await cluster.restart();
    expect(await flushed(1_000n)).toBe(true);
    expect(await flushed(2n ** 62n)).toBe(false);
  });
});
