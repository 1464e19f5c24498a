import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { seededRandom, silentLogger } from '@millrace/core';
import { createDataNode, defaultDataNodeSettings, StreamPacks, WorkerPoolEncoder } from '@millrace/datanode';
import { MemoryMetaStore, metaKeys } from '@millrace/metastore';
import { data } from '@millrace/proto';
import { realClock } from '@millrace/runtime';
import { LocalObjectStore, type ObjectStore } from '@millrace/storage';
import { FileStream, type MessageStream, offsetID } from '@millrace/stream';
import { serveProbe } from '../probe-child.ts';
import { dataCoord, rootCoord, type Saved } from './coordinators.ts';
import { discarding } from './discarding-store.ts';
import { collectionID, collectionSchema, pchannel, rowsOfLog, segmentIDs, tick, vchannel } from './rows.ts';

/** Arguments: directory of the log; `files` or `nothing` for where objects go; directory of the objects. */
await serveProbe(async ([logDirectory = '', kind = '', objectDirectory = '']) => {
  const encoder = new WorkerPoolEncoder();
  const stream = new FileStream({ clock: realClock }, { directory: logDirectory });
  let runs = 0;
  return {
    async run() {
      runs++;
      const directory = join(objectDirectory, String(runs));
      await mkdir(directory, { recursive: true });
      await consumeLog(stream, kind === 'files' ? new LocalObjectStore({ directory }) : discarding, encoder);
      return rowsOfLog;
    },
    // Hundreds of megabytes of dirty pages would slow the next run.
    async clean() {
      await rm(objectDirectory, { recursive: true });
    },
    async stop() {
      await Promise.all([encoder.close(), stream.close()]);
    },
  };
});

/** A DataNode gets the channel, reads it to its end, and flushes its segments. */
async function consumeLog(
  stream: MessageStream,
  objectStore: ObjectStore,
  encoder: WorkerPoolEncoder,
): Promise<void> {
  const nodeID = 5n;
  const metaStore = new MemoryMetaStore({ clock: realClock });
  const flushed = Promise.withResolvers<Saved>();
  const node = createDataNode(defaultDataNodeSettings, {
    nodeID,
    clock: realClock,
    random: seededRandom(1),
    log: silentLogger,
    metaStore,
    stream,
    packs: new StreamPacks({ stream, log: silentLogger }),
    objectStore,
    rootCoord: rootCoord(),
    dataCoord: dataCoord((saved) => {
      if (saved.flushed.size === segmentIDs.length) flushed.resolve(saved);
    }),
    encoder,
  });
  const stopping = new AbortController();
  const ended = node.run(stopping.signal);
  const start = { channelName: pchannel, msgID: Buffer.from(offsetID(0n)), msgGroup: '', timestamp: 0n };
  const assignment = data.ChannelWatchInfo.fromPartial({
    vchan: { collectionID, channelName: vchannel, seekPosition: start },
    state: data.ChannelWatchState.ToWatch,
    schema: collectionSchema,
  });
  await metaStore.transact({
    writes: [
      {
        put: metaKeys().key.channelWatch({ nodeID, vchannel }),
        value: data.ChannelWatchInfo.encode(assignment).finish(),
      },
    ],
  });
  const counted = () =>
    node
      .channels()
      .reduce(
        (sum, channel) => sum + segmentIDs.reduce((rows, id) => rows + (channel.rowsOf(id) ?? 0), 0),
        0,
      );
  while (counted() < rowsOfLog) await realClock.sleep(2);
  await node.handlers.flushSegments?.(
    data.FlushSegmentsRequest.fromPartial({
      base: { targetID: nodeID },
      collectionID,
      segmentIDs: [...segmentIDs],
    }),
    { signal: stopping.signal, peer: 'bench' },
  );
  // A flush happens behind the next pack, which must be newer than those of earlier runs and probes in the same log.
  await stream.publish(pchannel, [tick(rowsOfLog + realClock.now())]);
  const { rows } = await flushed.promise;
  if (rows !== BigInt(rowsOfLog)) throw new Error(`${rows} rows were saved, not ${rowsOfLog}`);
  stopping.abort();
  await ended;
  await metaStore.close();
}
