import { openMetaStore } from '@millrace/metastore';
import { realClock, realRandom, runProcess } from '@millrace/runtime';
import { openStream } from '@millrace/stream';
import { runRootCoord } from './server.ts';
import { settingsFromOptions } from './settings-from-options.ts';

await runProcess('rootcoord', async ({ options, log, signal, ready }) => {
  const world = { clock: realClock, random: realRandom, log };
  const metaStore = await openMetaStore(options, world);
  const stream = await openStream(options, world);
  try {
    await runRootCoord(
      { ...settingsFromOptions(options), onServing: ready },
      { ...world, metaStore, stream },
      signal,
    );
  } finally {
    await stream.close();
    await metaStore.close();
  }
});
