import { registerSession } from '@millrace/metastore';
import { realClock, realRandom } from '@millrace/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OneSegment, ok, oneSegment } from '../testing/one-segment.ts';

const unknown = 4_242_424_242n;
/** Long enough for a busy machine. */
const eventually = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: 15_000, interval: 10 });

describe('AcquireSegmentLock', () => {
  let scene: OneSegment;
  beforeEach(async () => {
    scene = await oneSegment();
  });
  afterEach(() => scene.end());

  const acquire = (segmentIDs: bigint[]) =>
    scene.cluster.call.acquireSegmentLock({ ...scene.task, segmentIDs });

  it('keeps a record until it is let go', async () => {
    expect(await acquire([scene.segmentID])).toEqual(ok);
    expect(await scene.locks()).toHaveLength(1);
    expect(await scene.cluster.call.releaseSegmentLock(scene.task)).toEqual(ok);
    expect(await scene.locks()).toEqual([]);
  });

  it('refuses to hold what does not exist, and then holds nothing', async () => {
    const refused = { errorCode: 1, reason: `segment is not exist with ID = ${unknown}` };
    expect(await acquire([unknown])).toEqual(refused);
    expect(await acquire([scene.segmentID, unknown])).toEqual(refused);
    expect(await scene.locks()).toEqual([]);
  });

  it('takes no segments, dropped ones, and the same again', async () => {
    expect(await acquire([])).toEqual(ok);
    await scene.cluster.call.markSegmentsDropped({ segmentIds: [scene.segmentID] });
    expect(await acquire([scene.segmentID])).toEqual(ok);
    expect(await acquire([scene.segmentID])).toEqual(ok);
    expect(await scene.locks()).toHaveLength(1);
    await scene.cluster.call.releaseSegmentLock(scene.task);
    expect(await scene.locks()).toEqual([]);
  });

  it('holds over a restart for the node that it was taken for, while that lives', async () => {
    const { store } = scene.cluster;
    const { nodeID: serverID } = scene.task;
    const session = await registerSession(
      { store, clock: realClock, random: realRandom },
      'by-dev/meta',
      { role: 'indexnode', address: 'reader', ttlMs: 20_000, serverID },
      new AbortController().signal,
    );
    await acquire([scene.segmentID]);
    const gone = { taskID: 8n, nodeID: serverID + 1n };
    await scene.cluster.call.acquireSegmentLock({ ...gone, segmentIDs: [scene.segmentID] });
    const held = await scene.locks();
    await scene.cluster.restart();
    await eventually(() => scene.locks()).toEqual(held.slice(0, 1));
    await session.close();
    await eventually(() => scene.locks()).toEqual([]);
  });
});
