import { checked } from '@millrace/runtime';
import { Argument, Command } from 'commander';
import { addRunning, collectionIDOf, type RunningFlags, untilOver, withCluster } from './running-cluster.ts';

export function flushCommand(): Command {
  const command = new Command('flush')
    .description('Seal the growing segments of a collection, and wait until all its rows are in binlogs.')
    .addArgument(new Argument('<collection>', 'name'));
  return addRunning(command, 60).action((collection: string, flags: RunningFlags) =>
    withCluster(flags.address, async (call) => {
      await collectionIDOf(call, collection);
      const { collSegIDs } = checked(await call.flush({ collectionNames: [collection] }));
      const segmentIDs = collSegIDs[collection]?.data ?? [];
      await untilOver(flags, `the flush of ${collection}`, async () =>
        checked(await call.getFlushState({ segmentIDs })).flushed ? true : undefined,
      );
      process.stdout.write(`${collection} is flushed: ${segmentIDs.length} segments written\n`);
    }),
  );
}
