import { discover, openMetaStore } from '@millrace/metastore';
import { data, rootcoord } from '@millrace/proto';
import { connectRole, realClock, realRandom, runProcess } from '@millrace/runtime';
import { openStream } from '@millrace/stream';
import { runProxy } from './server.ts';
import { settingsFromOptions } from './settings-from-options.ts';

await runProcess('proxy', async ({ options, log, signal, ready }) => {
  const settings = settingsFromOptions(options);
  const world = { clock: realClock, random: realRandom, log };
  const store = await openMetaStore(options, world);
  const stream = await openStream(options, world);
  const addressOf = (role: string) => async () => (await discover(store, settings.metaRoot, role))?.address;
  const rootCoord = connectRole(rootcoord.RootCoordService, 'rootcoord', addressOf('rootcoord'));
  const dataCoord = connectRole(data.DataCoordService, 'datacoord', addressOf('datacoord'));
  try {
    await runProxy(
      settings,
      { ...world, store, stream, rootCoord: rootCoord.call, dataCoord: dataCoord.call },
      signal,
      ready,
    );
  } finally {
    rootCoord.close();
    dataCoord.close();
    await stream.close();
    await store.close();
  }
});
