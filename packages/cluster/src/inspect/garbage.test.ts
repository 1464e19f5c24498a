import { segmentStates } from '@millrace/core';
import { bufferNodeID, kvKeys, MemoryMetaStore, metaKeys } from '@millrace/metastore';
import { data, internal } from '@millrace/proto';
import { loadOptions, realClock } from '@millrace/runtime';
import { insertLogKey, MemoryObjectStore } from '@millrace/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findGarbage } from './garbage.ts';
import type { LocalData } from './open-local.ts';

const owner = { collectionID: 1n, partitionID: 2n, segmentID: 3n };
const channel = 'by-dev-rootcoord-dml_0_1v0';
const droppedMs = 1_000_000;
const old = { dropToleranceMs: 0, missingToleranceMs: 0 };

describe('findGarbage', () => {
  const keys = metaKeys();
  let store: MemoryMetaStore;
  let local: LocalData;

  beforeEach(() => {
    store = new MemoryMetaStore({ clock: realClock });
    const objects = new MemoryObjectStore({ clock: realClock });
    local = {
      store,
      keys,
      kvKeys: kvKeys(),
      objects,
      objectRoot: 'files',
      options: loadOptions({}),
      close: () => store.close(),
    };
  });
  afterEach(() => local.close());

  const put = (key: string, value: Uint8Array) => store.transact({ writes: [{ put: key, value }] });
  const putSegment = (state: data.SegmentInfo['state']) =>
    put(
      keys.key.segment(owner),
      data.SegmentInfo.encode(
        data.SegmentInfo.fromPartial({
          collectionID: owner.collectionID,
          partitionID: owner.partitionID,
          ID: owner.segmentID,
          insertChannel: channel,
          state,
          droppedAt: BigInt(droppedMs) * 1_000_000n,
          dmlPosition: { channelName: channel, timestamp: 20n },
        }),
      ).finish(),
    );
  const because = async (tolerances = old) =>
    (await findGarbage(local, tolerances, droppedMs + 60_000)).map((found) => found.because);

  it('is nothing where everything is named and lives', async () => {
    await putSegment(segmentStates.flushed);
    expect(await because()).toEqual([]);
  });

  it('is a dropped segment, until the next round takes it', async () => {
    await putSegment(segmentStates.dropped);
    expect(await findGarbage(local, old, droppedMs + 1)).toEqual([
      { what: 'dropped-segment', name: '3', because: 'next-round', sinceMs: droppedMs },
    ]);
  });

  it('stays while it was dropped lately', async () => {
    await putSegment(segmentStates.dropped);
    expect(await because({ ...old, dropToleranceMs: 3_600_000 })).toEqual(['young']);
  });

  it('stays while somebody reads its objects', async () => {
    await putSegment(segmentStates.dropped);
    const lock = data.SegmentReferenceLock.fromPartial({ taskID: 7n, nodeID: 8n, segmentIDs: [3n] });
    await put(keys.key.segmentReference(lock), data.SegmentReferenceLock.encode(lock).finish());
    expect(await because()).toEqual(['locked']);
  });

  it('stays while a replay of its channel would meet its rows, which ends with the checkpoint', async () => {
    await putSegment(segmentStates.dropped);
    await put(keys.key.channelWatch({ nodeID: bufferNodeID, vchannel: channel }), new Uint8Array());
    expect(await because()).toEqual(['replayed']);
    const checkpoint = internal.MsgPosition.fromPartial({ channelName: channel, timestamp: 20n });
    await put(
      keys.key.channelCheckpoint({ vchannel: channel }),
      internal.MsgPosition.encode(checkpoint).finish(),
    );
    expect(await because()).toEqual(['next-round']);
  });

  it('is an object that nothing names, which stays while an upload may still name it', async () => {
    const key = insertLogKey('files', { ...owner, fieldID: 100n, logID: 4n });
    await local.objects.put(key, [Buffer.from('x')]);
    const now = realClock.now() + 1_000;
    expect(await findGarbage(local, old, now)).toMatchObject([
      { what: 'unnamed-object', name: key, because: 'next-round' },
    ]);
    const longer = { ...old, missingToleranceMs: 86_400_000 };
    expect(await findGarbage(local, longer, now)).toMatchObject([{ because: 'young' }]);
    const binlogs = data.FieldBinlog.fromPartial({ fieldID: 100n, binlogs: [{ logID: 4n }] });
    await put(keys.key.binlog({ ...owner, fieldID: 100n }), data.FieldBinlog.encode(binlogs).finish());
    await putSegment(segmentStates.flushed);
    expect(await findGarbage(local, old, now)).toEqual([]);
  });
});
