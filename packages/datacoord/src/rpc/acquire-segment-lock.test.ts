import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Harness } from '../testing/harness.ts';

const ok = { errorCode: 0, reason: '' };
const unknown = 4_242_424_242n;

describe('AcquireSegmentLock', () => {
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

  it('keeps a record until it is let go', async () => {
    expect(await acquire([segmentID])).toEqual(ok);
    expect(await locks()).toHaveLength(1);
    expect(await release()).toEqual(ok);
    expect(await locks()).toEqual([]);
  });

  it('refuses to hold what does not exist, and then holds nothing', async () => {
    const refused = { errorCode: 1, reason: `segment is not exist with ID = ${unknown}` };
    expect(await acquire([unknown])).toEqual(refused);
    expect(await acquire([segmentID, unknown])).toEqual(refused);
    expect(await locks()).toEqual([]);
  });

  it('takes no segments, dropped ones, and the same again', async () => {
    expect(await acquire([])).toEqual(ok);
    await cluster.call.markSegmentsDropped({ segmentIds: [segmentID] });
    expect(await acquire([segmentID])).toEqual(ok);
    expect(await acquire([segmentID])).toEqual(ok);
    expect(await locks()).toHaveLength(1);
    await release();
    expect(await locks()).toEqual([]);
  });
});
