import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, OldApiScene, success } from '../testing/old-api-scene.ts';

describe('SetStatsChannel of the older DataNode', () => {
  let scene: OldApiScene;
  beforeEach(async () => {
    scene = await OldApiScene.start();
  });
  afterEach(() => scene.end());

  it('has the rows of the segments published there', async () => {
    scene.allocate(7n);
    expect(await scene.call.setStatsChannel({ channelID: 'told-statistics' })).toEqual(success);
    const published = scene.coordinator.follow('told-ticks', 'told-statistics');
    await scene.watch();
    await scene.insert([7n, 1n], [7n, 2n]);
    await eventually(() => expect(published.rows.at(-1)).toMatchObject({ segmentID: 7n, rows: 2 }));
  });

  it('has all of them told again when it comes again, of the same channel or of another', async () => {
    scene.allocate(7n);
    await scene.call.setStatsChannel({ channelID: 'told-statistics' });
    const published = scene.coordinator.follow('told-ticks', 'told-statistics');
    await scene.watch();
    await scene.insert([7n, 1n], [7n, 2n]);
    const all = { segmentID: 7n, rows: 2, ticksBefore: 0 };
    await eventually(() => expect(published.rows.at(-1)).toEqual(all));
    const before = published.rows.length;
    await scene.call.setStatsChannel({ channelID: 'told-statistics' });
    await eventually(() => expect(published.rows.slice(before)).toEqual([all]));
    const elsewhere = scene.coordinator.follow('other-ticks', 'other-statistics');
    await scene.call.setStatsChannel({ channelID: 'other-statistics' });
    await eventually(() => expect(elsewhere.rows).toEqual([all]));
    expect(published.rows.slice(before)).toEqual([all]);
  });

  it('is refused what names no channel, and says what does', async () => {
    for (const channelID of ['', 'a/b', 'x'.repeat(250)]) {
      const { errorCode, reason } = await scene.call.setStatsChannel({ channelID });
      expect(errorCode).toBe(common.ErrorCode.IllegalArgument);
      expect(reason).toContain('is no channel');
    }
  });

  it('is refused by a node that does not serve', async () => {
    await scene.node.kill();
    expect((await scene.call.setStatsChannel({ channelID: 'told-statistics' })).errorCode).toBe(
      common.ErrorCode.NotReadyServe,
    );
  });
});
