import { readFileSync } from 'node:fs';
import { type DecodedInsertLog, decodeDeltaLog, decodeInsertLog, decodeStatsLog } from '@millrace/binlog';
import { seededRandom, silentLogger } from '@millrace/core';
import { MemoryMetaStore, metaKeys } from '@millrace/metastore';
import { common, data } from '@millrace/proto';
import { realClock } from '@millrace/runtime';
import { MemoryObjectStore } from '@millrace/storage';
import { decodeMessage, MemoryStream } from '@millrace/stream';
import { describe, expect, it, vi } from 'vitest';
import { createDataNode } from './datanode.ts';
import { StreamPacks } from './pipeline/stream-packs.ts';
import { defaultDataNodeSettings } from './settings.ts';
import { FakeDataCoord, FakeRootCoord } from './testing/fake-coordinators.ts';
import { strictEncoder } from './testing/spoiled-memory.ts';

/** DML topics, assignments and objects of a real Milvus 2.2.8 cluster; everything base64. */
const golden: Record<'watches' | 'objects', Record<string, string>> & { topics: Record<string, string[]> } =
  JSON.parse(readFileSync(new URL('../fixtures/golden.json', import.meta.url), 'utf8'));
const bytesOf = (text: string | undefined) => Buffer.from(text ?? '', 'base64');

/** What a binlog says, but for the moment it was written. */
function plain({ column, ...log }: DecodedInsertLog) {
  const { values, ...shape } = column;
  return { ...log, headerTimestamp: 0n, ...shape, values: Buffer.from(values).toString('hex') };
}

/** Files of the original for one segment: what is told of a field, without the log id. */
function goldenFiles(kind: string, segmentID: bigint): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const [key, text] of Object.entries(golden.objects)) {
    const [, folder, , , segment, field = ''] = key.split('/');
    if (folder === kind && segment === String(segmentID))
      files.set(kind === 'delta_log' ? '' : field, bytesOf(text));
  }
  return files;
}

describe.each(Object.keys(golden.watches))('DataNode on the log of a real cluster, %s', (vchannel) => {
  const pchannel = vchannel.slice(0, vchannel.lastIndexOf('_'));
  const messages = (golden.topics[pchannel] ?? []).map(bytesOf);

  it('writes files that hold what the original wrote', async () => {
    const stream = new MemoryStream();
    await stream.publish(pchannel, messages);
    const metaStore = new MemoryMetaStore({ clock: realClock });
    const objects = new MemoryObjectStore({ clock: realClock });
    const dataCoord = new FakeDataCoord();
    for (const payload of messages) {
      const message = decodeMessage(payload);
      if (message.kind !== 'insert') continue;
      const { segmentID: ID, collectionID, partitionID } = message;
      dataCoord.allocate({ ID, collectionID, partitionID, insertChannel: vchannel });
    }
    const node = createDataNode(defaultDataNodeSettings, {
      nodeID: 3n,
      clock: realClock,
      random: seededRandom(1),
      log: silentLogger,
      metaStore,
      stream,
      packs: new StreamPacks({ stream, log: silentLogger }),
      objectStore: objects,
      rootCoord: new FakeRootCoord().calls,
      dataCoord: dataCoord.calls,
      encoder: strictEncoder(),
    });
    const stop = new AbortController();
    const running = node.run(stop.signal);
    const info = data.ChannelWatchInfo.decode(bytesOf(golden.watches[vchannel]));
    const key = metaKeys().key.channelWatch({ nodeID: 3n, vchannel });
    const value = data.ChannelWatchInfo.encode({ ...info, state: data.ChannelWatchState.ToWatch }).finish();
    await metaStore.transact({ writes: [{ put: key, value }] });

    const last = messages.map((payload) => decodeMessage(payload).endTs).at(-1);
    await vi.waitFor(() => expect(node.channels()[0]?.tick).toBe(last), { timeout: 5_000 });
    await node.drain();
    stop.abort();
    await running;

    expect(dataCoord.segments.size).toBeGreaterThan(0);
    for (const { ID, state, binlogs, statslogs, deltalogs } of dataCoord.segments.values()) {
      expect(state).toBe(common.SegmentState.Growing);
      const inserts = goldenFiles('insert_log', ID);
      expect(binlogs.map(({ fieldID }) => String(fieldID)).sort()).toEqual([...inserts.keys()].sort());
      for (const { fieldID, binlogs: files } of binlogs) {
        const [file] = files;
        const theirs = decodeInsertLog(inserts.get(String(fieldID)) ?? Buffer.alloc(0));
        const ours = decodeInsertLog(await objects.get(file?.logPath ?? ''));
        expect(plain(ours)).toEqual(plain(theirs));
      }
      const [stats] = statslogs.flatMap(({ binlogs: files }) => files);
      const [theirStats] = goldenFiles('stats_log', ID).values();
      const ourStats = Buffer.from(await objects.get(stats?.logPath ?? ''));
      expect(ourStats.equals(theirStats ?? Buffer.alloc(0))).toBe(true);
      expect(decodeStatsLog(ourStats).fieldID).toBe(100n);
      const [delta] = deltalogs.flatMap(({ binlogs: files }) => files);
      const theirDelta = goldenFiles('delta_log', ID).get('');
      expect(delta === undefined).toBe(theirDelta === undefined);
      if (delta === undefined || theirDelta === undefined) continue;
      const { deletes } = decodeDeltaLog(await objects.get(delta.logPath));
      expect(deletes).toEqual(decodeDeltaLog(theirDelta).deletes);
    }
  });
});
