import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, OldApiScene, success, vchannel } from '../testing/old-api-scene.ts';

describe('SetTimeTickChannel of the older DataNode', () => {
  let scene: OldApiScene;
  beforeEach(async () => {
    scene = await OldApiScene.start();
  });
  afterEach(() => scene.end());

  it('has the time published there up to which the channels are consumed, behind the rows that it covers', async () => {
    const { call, writer } = scene;
    scene.allocate(7n);
    await call.setStatsChannel({ channelID: 'told-statistics' });
    expect(await call.setTimeTickChannel({ channelID: 'told-ticks' })).toEqual(success);
    const published = scene.coordinator.follow('told-ticks', 'told-statistics');
    await scene.watch();
    await writer.insert(vchannel, 7n, [1n, 2n]);
    const covered = await writer.tick();
    await eventually(() => expect(published.ticks).toContain(covered));
    expect(published.rows.at(-1)).toMatchObject({ segmentID: 7n, rows: 2 });
    const at = published.ticks.indexOf(covered);
    expect(published.rows.at(-1)?.ticksBefore).toBeLessThanOrEqual(at);
    expect(published.ticks).toEqual([...published.ticks].sort((a, b) => (a < b ? -1 : 1)));
  });

  it('has the last time told again when it comes again, and only there', async () => {
    const { call, writer } = scene;
    await call.setTimeTickChannel({ channelID: 'told-ticks' });
    const published = scene.coordinator.follow('told-ticks', 'told-statistics');
    await scene.watch();
    const first = await writer.tick();
    await eventually(() => expect(published.ticks).toContain(first));
    const elsewhere = scene.coordinator.follow('other-ticks', 'other-statistics');
    await call.setTimeTickChannel({ channelID: 'other-ticks' });
    await eventually(() => expect(elsewhere.ticks).toEqual([first]));
    const second = await writer.tick();
    await eventually(() => expect(elsewhere.ticks).toEqual([first, second]));
    expect(published.ticks).not.toContain(second);
  });

  it('is refused what names no channel, and says what does', async () => {
    for (const channelID of ['', 'a/b', 'x'.repeat(250)]) {
      const { errorCode, reason } = await scene.call.setTimeTickChannel({ channelID });
      expect(errorCode).toBe(common.ErrorCode.IllegalArgument);
      expect(reason).toContain('is no channel');
    }
  });

  it('is refused by a node that does not serve', async () => {
    await scene.node.kill();
    expect((await scene.call.setTimeTickChannel({ channelID: 'told-ticks' })).errorCode).toBe(
      common.ErrorCode.NotReadyServe,
    );
  });
});
