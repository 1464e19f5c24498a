import { checked } from '@millrace/runtime';
import { Argument, Command } from 'commander';
import { addRunning, collectionIDOf, type RunningFlags, withCluster } from './running-cluster.ts';

export function dropCommand(): Command {
  const command = new Command('drop')
    .description('Drop a collection with all its rows. Its objects go with the next garbage collections.')
    .addArgument(new Argument('<collection>', 'name'));
  return addRunning(command, 60).action((collection: string, flags: RunningFlags) =>
    withCluster(flags.address, async (call) => {
      await collectionIDOf(call, collection);
      const deadlineMs = flags.timeout * 1_000;
      checked(await call.dropCollection({ collectionName: collection }, { deadlineMs }));
      process.stdout.write(`${collection} is dropped\n`);
    }),
  );
}
