import { discover, openMetaStore } from '@millrace/metastore';
import { index, rootcoord } from '@millrace/proto';
import { connectRole, realClock, realRandom, runProcess } from '@millrace/runtime';
import { openObjectStore } from '@millrace/storage';
import { openStream } from '@millrace/stream';
import { runDataCoord } from './server.ts';
import { settingsFromOptions } from './settings-from-options.ts';

await runProcess('datacoord', async ({ options, log, metrics, signal, ready }) => {
  const settings = settingsFromOptions(options);
  const world = { clock: realClock, random: realRandom, log };
  const store = await openMetaStore(options, world);
  const stream = await openStream(options, world);
  const objects = await openObjectStore(options, world);
  const rootCoord = connectRole(
    rootcoord.RootCoordService,
    'rootcoord',
    async () => (await discover(store, settings.metaRoot, 'rootcoord'))?.address,
  );
  const indexCoordAddress = async () => (await discover(store, settings.metaRoot, 'indexcoord'))?.address;
  const indexCoord = connectRole(index.IndexCoordService, 'indexcoord', indexCoordAddress);
  const components = {
    ...world,
    store,
    stream,
    objects,
    rootCoord: rootCoord.call,
    metrics,
    indexCoord: async () => ((await indexCoordAddress()) === undefined ? undefined : indexCoord.call),
  };
  try {
    await runDataCoord(settings, components, signal, ready);
  } finally {
    rootCoord.close();
    indexCoord.close();
    await objects.close();
    await stream.close();
    await store.close();
  }
});
