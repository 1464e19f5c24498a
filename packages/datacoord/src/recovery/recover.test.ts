import { composeTimestamp, Pace, segmentStates, silentLogger } from '@millrace/core';
import { MemoryMetaStore, metaKeys, type Transaction, type WriteOp } from '@millrace/metastore';
import { data, internal, type rootcoord, WireFields } from '@millrace/proto';
import { type ClientOf, realClock, realRandom } from '@millrace/runtime';
import { MemoryObjectStore } from '@millrace/storage';
import { MemoryStream } from '@millrace/stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerBuffer } from '../answers/answer-buffer.ts';
import { SegmentEncoder } from '../answers/segment-encoder.ts';
import { segmentWrites } from '../meta/catalog.ts';
import { Meta } from '../meta/meta.ts';
import { type Segment, segmentInfo } from '../meta/segment.ts';
import { runDataCoord } from '../server.ts';
import { defaultDataCoordSettings } from '../settings.ts';
import { channel, collectionID, partitionID, positionAt } from '../testing/harness.ts';
import { anySegment, aSegment, everything } from '../testing/segments.ts';
import { recover } from './recover.ts';

const keys = metaKeys();

/** Pages of so few keys that everything takes several. */
class SmallPages extends MemoryMetaStore {
  override readonly pageKeys = 10;
}

async function storeOf(writes: readonly WriteOp[]): Promise<MemoryMetaStore> {
  const store = new SmallPages({ clock: realClock });
  for (let at = 0; at < writes.length; at += 100)
    await store.transact({ writes: writes.slice(at, at + 100) });
  return store;
}

async function recovered(store: MemoryMetaStore): Promise<Meta> {
  const meta = new Meta(keys, () => Promise.reject(new Error('recovery writes nothing')));
  await recover({ store, keys, pace: new Pace(realClock) }, meta);
  return meta;
}

describe('recovery', () => {
  it('finds every segment as it was stored, whatever else is there', async () => {
    const segments = fc.uniqueArray(anySegment, { selector: ({ id }) => id, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(segments, async (made) => {
        const store = await storeOf(made.flatMap((segment) => segmentWrites(keys, undefined, segment)));
        const meta = await recovered(store);
        expect(meta.segments.size).toBe(made.length);
        for (const segment of made) {
          const found = meta.segments.get(segment.id);
          expect(found && segmentInfo(found, 'files')).toEqual(segmentInfo(segment, 'files'));
          // What lies behind it in memory is another segment's, and none of its answer.
          expect(found && answered(found)).toEqual(segmentInfo(segment, 'files'));
        }
        await store.close();
      }),
      { numRuns: 50 },
    );
  });

  it('tells segments apart whose ids begin alike, and passes over logs without a segment', async () => {
    const ids = [1n, 10n, 100n, 11n, 12n, 2n, 20n];
    const orphans = [3n, 101n, 21n];
    const store = await storeOf(
      [...ids, ...orphans].flatMap((id) =>
        segmentWrites(keys, undefined, aSegment(id)).filter(
          (write) => 'put' in write && !(orphans.includes(id) && write.put.includes('/s/')),
        ),
      ),
    );
    const meta = await recovered(store);
    expect([...meta.segments.all()].map(({ id }) => id)).toEqual(ids);
    for (const { id, logs } of meta.segments.all())
      expect(data.FieldBinlog.decode(logs.insert[0]?.bytes ?? Buffer.alloc(0)).binlogs[0]?.logID).toBe(
        id + 1n,
      );
  });

  it('keeps lists of logs that are empty, as Milvus stores them for a segment without deletes', async () => {
    const none = { fieldID: 0n, bytes: new Uint8Array() };
    const segments = [1n, 2n, 3n].map((id) => {
      const segment = aSegment(id);
      return segment.with({ logs: { ...segment.logs, delta: [none] } });
    });
    const store = await storeOf(segments.flatMap((segment) => segmentWrites(keys, undefined, segment)));
    const meta = await recovered(store);
    for (const segment of segments) {
      const found = meta.segments.get(segment.id);
      expect(found?.hasPlainLogs).toBe(true);
      expect(found && answered(found)).toEqual(segmentInfo(segment, 'files'));
      expect(found && answered(found)?.deltalogs).toEqual([{ fieldID: 0n, binlogs: [] }]);
    }
  });

  it('takes checkpoints under the names of their keys, and channels that are being dropped', async () => {
    const position = internal.MsgPosition.encode({ ...positionAt(5n), channelName: 'another' }).finish();
    const store = await storeOf([
      { put: keys.key.channelCheckpoint({ vchannel: 'a' }), value: position },
      { put: keys.key.channelRemoval({ vchannel: 'b' }), value: Buffer.from('removed') },
      { put: keys.key.channelRemoval({ vchannel: 'c' }), value: Buffer.from('non-removed') },
    ]);
    const meta = new Meta(keys, async () => undefined);
    const { droppedChannels } = await recover({ store, keys, pace: new Pace(realClock) }, meta);
    expect(meta.checkpoint('a')).toEqual({ ...positionAt(5n), channelName: 'a' });
    expect([...droppedChannels]).toEqual(['b']);
  });

  it('reads records of Milvus before 2.2, which hold their logs themselves, and gives those keys of their own at the next change', async () => {
    const id = 77n;
    const path = (folder: string, log: number) =>
      `files/${folder}/${collectionID}/${partitionID}/${id}/100/${log}`;
    const old = data.SegmentInfo.fromPartial({
      ID: id,
      collectionID,
      partitionID,
      insertChannel: channel,
      state: segmentStates.flushed,
      numOfRows: 5n,
      binlogs: [{ fieldID: 100n, binlogs: [{ entriesNum: 5n, logPath: path('insert_log', 8) }] }],
      statslogs: [{ fieldID: 100n, binlogs: [{ logPath: path('stats_log', 9) }] }],
    });
    const ref = { collectionID, partitionID, segmentID: id };
    const store = await storeOf([
      { put: keys.key.segment(ref), value: data.SegmentInfo.encode(old).finish() },
    ]);
    const meta = new Meta(keys, async (writes) => {
      await store.transact({ writes });
    });
    await recover({ store, keys, pace: new Pace(realClock) }, meta);
    const found = meta.healthy(id);
    expect(found.rows).toBe(5);
    expect(segmentInfo(found, 'files').binlogs[0]?.binlogs[0]).toMatchObject({
      logID: 8n,
      logPath: path('insert_log', 8),
    });
    await meta.change(id, (present) => present.with({ state: segmentStates.dropped, droppedAt: 1n }));
    const dropped = (await recovered(store)).segments.get(id);
    expect(dropped && segmentInfo(dropped, 'files')).toEqual({
      ...segmentInfo(found, 'files'),
      state: segmentStates.dropped,
      droppedAt: 1n,
    });
    expect(await store.get(keys.key.binlog({ ...ref, fieldID: 100n }))).toBeDefined();
  });

  it('reads a record whose fields are in another order', async () => {
    const segment = aSegment(7n);
    const fields: Uint8Array[] = [];
    for (const field = new WireFields(segment.head); field.next(); ) fields.unshift(field.whole());
    const ref = { collectionID, partitionID, segmentID: 7n };
    const store = await storeOf([{ put: keys.key.segment(ref), value: Buffer.concat(fields) }]);
    const found = (await recovered(store)).segments.get(7n);
    expect(found?.head).toEqual(segment.head);
  });

  it.each(['segment', 'binlog'] as const)('names a %s whose bytes make no sense', async (kind) => {
    const ref = { collectionID, partitionID, segmentID: 7n, fieldID: 100n };
    const store = await storeOf([
      ...segmentWrites(keys, undefined, aSegment(7n)).filter(
        (write) => 'put' in write && write.put !== keys.key[kind](ref),
      ),
      { put: keys.key[kind](ref), value: Buffer.from('ffff', 'hex') },
    ]);
    await expect(recovered(store)).rejects.toMatchObject({
      kind: 'corrupt',
      message: expect.stringContaining(keys.key.segment(ref)),
    });
  });

  it('writes nothing but its session before the coordinator is ready', async () => {
    const store = new (class extends MemoryMetaStore {
      readonly written: string[] = [];
      override transact(transaction: Transaction) {
        for (const write of transaction.writes) this.written.push(Object.values(write).join(' '));
        return super.transact(transaction);
      }
    })({ clock: realClock });
    const segments = Array.from({ length: 50 }, (_, at) =>
      aSegment(1_000n + BigInt(at) * 10n, {
        state: at % 2 === 0 ? segmentStates.flushed : segmentStates.growing,
        lastExpireTime: composeTimestamp(1),
      }),
    );
    for (const segment of segments) await store.transact({ writes: segmentWrites(keys, undefined, segment) });
    const before = await everything(store);
    store.written.length = 0;
    const stop = new AbortController();
    const nobody: Partial<ClientOf<typeof rootcoord.RootCoordService>> = {};
    let written: readonly string[] = ['never ready'];
    let after: Promise<ReadonlyMap<string, string>> | undefined;
    await runDataCoord(
      { ...defaultDataCoordSettings, port: 0, host: '127.0.0.1', sessionTtlMs: 5_000 },
      {
        clock: realClock,
        random: realRandom,
        log: silentLogger,
        store,
        stream: new MemoryStream(),
        objects: new MemoryObjectStore({ clock: realClock }),
        // Nothing is asked of it before somebody calls.
        rootCoord: nobody as ClientOf<typeof rootcoord.RootCoordService>,
      },
      stop.signal,
      () => {
        written = [...store.written];
        after = everything(store);
        stop.abort();
      },
    );
    expect(written.filter((key) => !key.startsWith('by-dev/meta/session/'))).toEqual([]);
    const kept = [...((await after) ?? [])].filter(([key]) => !key.startsWith('by-dev/meta/session/'));
    expect(kept).toEqual([...before]);
  });
});

/** As a peer reads it in an answer. */
function answered(segment: Segment): data.SegmentInfo | undefined {
  const form = new SegmentEncoder('files').info(0x12);
  const item = { segment, target: undefined };
  const out = new AnswerBuffer(form.bytes(item));
  form.put(item, out);
  return data.GetSegmentInfoResponse.decode(Buffer.from(out.written)).infos[0];
}
