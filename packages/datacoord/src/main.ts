import { discover, openMetaStore } from '@millrace/metastore';
import { rootcoord } from '@millrace/proto';
import { connectRole, realClock, realRandom, runProcess } from '@millrace/runtime';
import { openStream } from '@millrace/stream';
import { runDataCoord } from './server.ts';
import { settingsFromOptions } from './settings-from-options.ts';

await runProcess('datacoord', async ({ options, log, signal, ready }) => {
  const settings = settingsFromOptions(options);
  const world = { clock: realClock, random: realRandom, log };
  const store = await openMetaStore(options, world);
  const stream = await openStream(options, world);
  const rootCoord = connectRole(
    rootcoord.RootCoordService,
    'rootcoord',
    async () => (await discover(store, settings.metaRoot, 'rootcoord'))?.address,
  );
  try {
    await runDataCoord(settings, { ...world, store, stream, rootCoord: rootCoord.call }, signal, ready);
  } finally {
    rootCoord.close();
    await stream.close();
    await store.close();
  }
});
