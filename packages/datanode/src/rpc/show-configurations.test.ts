import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompactionScene } from '../testing/compaction-scene.ts';

describe('ShowConfigurations', () => {
  let scene: CompactionScene;
  beforeEach(async () => {
    scene = await CompactionScene.start();
  });
  afterEach(() => scene.stop());

  const keys = async (pattern: string) =>
    (await scene.call.showConfigurations({ pattern })).configuations.map(({ key }) => key).sort();

  it('takes the pattern as what follows the role, in any case', async () => {
    const segment = [
      'datanode.segment.deletebufbytes',
      'datanode.segment.insertbufsize',
      'datanode.segment.syncperiod',
    ];
    expect(await keys('segment')).toEqual(segment);
    expect(await keys('SEGMENT.insert')).toEqual(['datanode.segment.insertbufsize']);
    expect((await keys('')).length).toBeGreaterThan(segment.length);
  });

  it.each(['.timetick', 'datanode', 'nonsense'])('lists nothing for %s', async (pattern) => {
    expect(await keys(pattern)).toEqual([]);
  });
});
