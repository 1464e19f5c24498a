import { composeTimestamp, segmentStates } from '@millrace/core';
import type { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeNode, Harness, positionAt, savedBatch } from '../testing/harness.ts';

const ok = { errorCode: 0, reason: '' };

describe('SetSegmentState', () => {
  let cluster: Harness;
  let owner: FakeNode;
  let segmentID: bigint;
  beforeEach(async () => {
    cluster = await Harness.start();
    owner = await cluster.join('a');
    await cluster.watch();
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID).toBe(owner.session.serverID);
    segmentID = (await cluster.assign(100))[0]?.segID ?? 0n;
  });
  afterEach(() => cluster.end());

  const set = async (segmentId: bigint, newState: common.SegmentState) =>
    (await cluster.call.setSegmentState({ segmentId, newState })).status;
  const state = async () => (await cluster.segment(segmentID)).state;

  it('moves a segment along its states, over a restart', async () => {
    expect(await set(segmentID, segmentStates.sealed)).toEqual(ok);
    await cluster.restart();
    expect(await state()).toBe(segmentStates.sealed);
    expect(await set(segmentID, segmentStates.dropped)).toEqual(ok);
    expect(await state()).toBe(segmentStates.dropped);
  });

  it('changes nothing when it is there already', async () => {
    const before = await cluster.dump();
    expect(await set(segmentID, segmentStates.growing)).toEqual(ok);
    expect(await cluster.dump()).toEqual(before);
  });

  it('does not take a step back, which would lose rows', async () => {
    const batch = savedBatch(owner, segmentID, 50, 40, positionAt(composeTimestamp(1_000)));
    await cluster.call.saveBinlogPaths({ ...batch, flushed: true });
    expect((await set(segmentID, segmentStates.growing))?.reason).toContain(`segment ${segmentID}`);
    expect(await state()).toBe(segmentStates.flushed);
  });

  it('gives no more rows to a segment that is not growing any more', async () => {
    await set(segmentID, segmentStates.sealed);
    expect((await cluster.assign(10))[0]?.segID).not.toBe(segmentID);
  });

  it('says which segment there is not, unless it is to be dropped', async () => {
    const reason = 'segment is not exist with ID = 4242424242';
    expect(await set(4_242_424_242n, segmentStates.flushed)).toMatchObject({ reason });
    expect(await set(4_242_424_242n, segmentStates.dropped)).toEqual(ok);
  });

  it.each([0, 1, 99] as common.SegmentState[])(
    'refuses %i, which is no state of a segment',
    async (number) => {
      expect((await set(segmentID, number))?.errorCode).not.toBe(0);
      expect(await state()).toBe(segmentStates.growing);
    },
  );
});
