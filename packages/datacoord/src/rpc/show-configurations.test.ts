import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Harness } from '../testing/harness.ts';

describe('ShowConfigurations', () => {
  let cluster: Harness;
  beforeEach(async () => {
    cluster = await Harness.start({
      configurations: {
        'dataCoord.segment.maxSize': '512',
        'dataCoord.gc.interval': '3600',
        'dataCoord.gc.dropTolerance': '86400',
      },
    });
  });
  afterEach(() => cluster.end());

  const keys = async (pattern: string) =>
    (await cluster.call.showConfigurations({ pattern })).configuations.map(({ key }) => key).sort();

  it('lists all, keys in lower case, for an empty pattern', async () => {
    expect(await keys('')).toEqual([
      'datacoord.gc.droptolerance',
      'datacoord.gc.interval',
      'datacoord.segment.maxsize',
    ]);
  });

  it('takes the pattern as what follows the role, in any case', async () => {
    expect(await keys('gc')).toEqual(['datacoord.gc.droptolerance', 'datacoord.gc.interval']);
    const { configuations } = await cluster.call.showConfigurations({ pattern: 'SEGMENT.maxsize' });
    expect(configuations).toEqual([{ key: 'datacoord.segment.maxsize', value: '512' }]);
  });

  it.each(['.segment', 'datacoord', 'nonsense'])('lists nothing for %s', async (pattern) => {
    expect(await keys(pattern)).toEqual([]);
  });
});
