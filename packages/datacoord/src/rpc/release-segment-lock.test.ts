import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Harness } from '../testing/harness.ts';

const ok = { errorCode: 0, reason: '' };

describe('ReleaseSegmentLock', () => {
  let cluster: Harness;
  let segmentID: bigint;
  beforeEach(async () => {
    cluster = await Harness.start();
    await cluster.join('a');
    await cluster.watch();
    segmentID = (await cluster.assign(10))[0]?.segID ?? 0n;
  });
  afterEach(() => cluster.end());

  const acquire = (segmentIDs: bigint[], nodeID = 5n) =>
    cluster.call.acquireSegmentLock({ taskID: 7n, nodeID, segmentIDs });
  const release = (nodeID = 5n) => cluster.call.releaseSegmentLock({ taskID: 7n, nodeID });
  async function locks(): Promise<string[]> {
    const { kvs } = await cluster.store.range({ prefix: cluster.keys.prefix.segmentReferences() });
    return kvs.map(({ key }) => key);
  }

  it('ends what the same node and task hold, over a restart', async () => {
    await acquire([segmentID]);
    await cluster.restart();
    expect(await release()).toEqual(ok);
    expect(await locks()).toEqual([]);
  });

  it('lets go what nobody holds', async () => {
    expect(await release()).toEqual(ok);
    await acquire([segmentID]);
    expect(await release(6n)).toEqual(ok);
    expect(await release()).toEqual(ok);
    expect(await release()).toEqual(ok);
  });
});
