import { composeTimestamp } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compactingSettings } from '../testing/compacting-scene.ts';
import {
  collectionID,
  collectionSchema,
  type FakeNode,
  Harness,
  positionAt,
  savedBatch,
} from '../testing/harness.ts';

const ok = { errorCode: 0, reason: '' };
const second = 1_000_000_000n;

describe('BroadcastAlteredCollection', () => {
  let cluster: Harness;
  let owner: FakeNode;
  beforeEach(async () => {
    cluster = await Harness.start(compactingSettings);
    owner = await cluster.join('a');
    await cluster.watch();
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID).toBe(owner.session.serverID);
    const segmentID = (await cluster.assign(100))[0]?.segID ?? 0n;
    const batch = savedBatch(owner, segmentID, 50, 40, positionAt(composeTimestamp(1_000)));
    await cluster.call.saveBinlogPaths({ ...batch, flushed: true });
  });
  afterEach(() => cluster.end());

  const alter = (seconds: string) =>
    cluster.call.broadcastAlteredCollection({
      collectionID,
      schema: collectionSchema,
      // RootCoord's, which writes as many zeros first.
      partitionIDs: [0n, 449_000_000_000_000_002n],
      properties: [{ key: 'collection.ttl.seconds', value: seconds }],
    });

  /** The time to live that the next plan carries to its node, ns. */
  async function plannedTtl(): Promise<bigint | undefined> {
    const before = owner.plans.size;
    await cluster.call.manualCompaction({ collectionID });
    await expect.poll(() => owner.plans.size).toBe(before + 1);
    return [...owner.plans.values()].at(-1)?.collectionTtl;
  }

  it('is heard by the next compaction, and does not ask RootCoord, which waits for it', async () => {
    const before = cluster.rootCoordCalls.length;
    expect(await alter('60')).toEqual(ok);
    expect(cluster.rootCoordCalls.length).toBe(before);
    expect(await plannedTtl()).toBe(60n * second);
  });

  it('is forgotten by a restart: then RootCoord is asked, which keeps it', async () => {
    await alter('60');
    await cluster.restart(compactingSettings);
    cluster.properties = [{ key: 'collection.ttl.seconds', value: '90' }];
    expect(await plannedTtl()).toBe(90n * second);
    expect(cluster.rootCoordCalls).toContain('describeCollectionInternal');
  });

  it('takes a collection that was not known', async () => {
    const answer = await cluster.call.broadcastAlteredCollection({
      collectionID: 4_242_424_242n,
      schema: collectionSchema,
      properties: [],
    });
    expect(answer).toEqual(ok);
  });
});
