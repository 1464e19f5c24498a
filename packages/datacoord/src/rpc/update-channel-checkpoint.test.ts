import { composeTimestamp } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channel, positionAt } from '../testing/harness.ts';
import { checkpointMs, oneUnsaved, type TwoSegments } from '../testing/two-segments.ts';

describe('UpdateChannelCheckpoint', () => {
  let scene: TwoSegments;
  beforeEach(async () => {
    scene = await oneUnsaved();
  });
  afterEach(() => scene.end());

  const update = (ms: number) =>
    scene.cluster.call.updateChannelCheckpoint({
      vChannel: channel,
      position: positionAt(composeTimestamp(ms)),
    });
  const stored = async () =>
    (await scene.cluster.call.getSegmentInfo({ segmentIDs: [scene.flushed] })).channelCheckpoint[channel]
      ?.timestamp;

  it('moves forward, never back, over a restart', async () => {
    await update(1);
    expect(await stored()).toBe(composeTimestamp(checkpointMs));
    await update(checkpointMs + 1);
    await scene.cluster.restart();
    expect(await stored()).toBe(composeTimestamp(checkpointMs + 1));
  });

  it('wants a position', async () => {
    expect(await scene.cluster.call.updateChannelCheckpoint({ vChannel: channel })).toEqual({
      errorCode: 1,
      reason: `channelCP is nil, vChannel=${channel}`,
    });
  });
});
