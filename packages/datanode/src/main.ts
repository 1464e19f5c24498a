import { discover, openMetaStore } from '@millrace/metastore';
import { data, rootcoord } from '@millrace/proto';
import { connectRole, realClock, realRandom, runProcess } from '@millrace/runtime';
import { openObjectStore } from '@millrace/storage';
import { openStream } from '@millrace/stream';
import { WorkerPoolEncoder } from './encoder/drivers/worker-pool.ts';
import { StreamPacks } from './pipeline/stream-packs.ts';
import { runDataNode } from './server.ts';
import { settingsFromOptions } from './settings-from-options.ts';

/** Of the memory budget: what columns come to at most, in buffers and syncs under way, or in a compaction. */
const idleShare = 1 / 2;

await runProcess('datanode', async ({ options, log, metrics, signal, ready }) => {
  const settings = settingsFromOptions(options);
  const world = { clock: realClock, random: realRandom, log };
  const metaStore = await openMetaStore(options, world);
  const stream = await openStream(options, world);
  const objectStore = await openObjectStore(options, world);
  const addressOf = (role: string) => async () =>
    (await discover(metaStore, settings.metaRoot, role))?.address;
  const rootCoord = connectRole(rootcoord.RootCoordService, 'rootcoord', addressOf('rootcoord'));
  const dataCoord = connectRole(data.DataCoordService, 'datacoord', addressOf('datacoord'));
  const encoder = new WorkerPoolEncoder({
    compressionLevel: settings.compressionLevel,
    idleBytesMax: Math.floor(settings.memoryBytesMax * idleShare),
  });
  try {
    await runDataNode(
      settings,
      {
        ...world,
        metaStore,
        stream,
        packs: new StreamPacks({ stream, log }),
        objectStore,
        rootCoord: rootCoord.call,
        dataCoord: dataCoord.call,
        encoder,
        metrics,
      },
      signal,
      ready,
    );
  } finally {
    await encoder.close();
    rootCoord.close();
    dataCoord.close();
    await objectStore.close();
    await stream.close();
    await metaStore.close();
  }
});
