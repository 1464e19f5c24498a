import { Invalid } from '@millrace/core';
import { common } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import { Argument, Command } from 'commander';
import { addRunning, collectionIDOf, type RunningFlags, untilOver, withCluster } from './running-cluster.ts';

interface ImportFlags extends RunningFlags {
  readonly partition?: string;
}

const { ImportCompleted, ImportFailed, ImportFailedAndCleaned } = common.ImportState;

export function importCommand(): Command {
  const command = new Command('import')
    .description(
      'Load one JSON file, or one NumPy file per field, into a collection, and wait until all rows are there.',
    )
    .addArgument(new Argument('<collection>', 'name'))
    .addArgument(
      new Argument(
        '<files...>',
        "keys of the cluster's object store: in one of millrace up, paths below DIR/data/objects",
      ),
    )
    .option('--partition <name>', 'the partition instead of the default one');
  return addRunning(command, 900).action((collection: string, files: string[], flags: ImportFlags) =>
    withCluster(flags.address, async (call) => {
      await collectionIDOf(call, collection);
      const partition = flags.partition === undefined ? {} : { partitionName: flags.partition };
      const { tasks } = checked(await call.import({ collectionName: collection, ...partition, files }));
      let rows = 0n;
      for (const task of tasks) {
        const ended = await untilOver(flags, `import task ${task}`, async () => {
          const answer = checked(await call.getImportState({ task }));
          return isOver(answer.state) ? answer : undefined;
        });
        if (ended.state !== ImportCompleted) {
          const reason = ended.infos.find(({ key }) => key === 'failed_reason')?.value ?? 'no reason given';
          throw new Invalid(`nothing of ${files.join(', ')} is imported: ${reason}`);
        }
        rows += ended.rowCount;
      }
      process.stdout.write(`${rows} rows imported into ${collection}\n`);
    }),
  );
}

function isOver(state: common.ImportState): boolean {
  return state === ImportCompleted || state === ImportFailed || state === ImportFailedAndCleaned;
}
