import { Unavailable } from '@millrace/core';
import { common } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import { Argument, Command } from 'commander';
import { addRunning, collectionIDOf, type RunningFlags, untilOver, withCluster } from './running-cluster.ts';

export function compactCommand(): Command {
  const command = new Command('compact')
    .description('Compact the flushed segments of a collection, and wait until every plan has ended.')
    .addArgument(new Argument('<collection>', 'name'));
  return addRunning(command, 600).action((collection: string, flags: RunningFlags) =>
    withCluster(flags.address, async (call) => {
      const collectionID = await collectionIDOf(call, collection);
      const { compactionID } = checked(await call.manualCompaction({ collectionID }));
      const ended = await untilOver(flags, `the compaction of ${collection}`, async () => {
        const answer = checked(await call.getCompactionState({ compactionID }));
        return answer.state === common.CompactionState.Completed ? answer : undefined;
      });
      const { mergeInfos } = checked(await call.getCompactionStateWithPlans({ compactionID }));
      for (const { sources, target } of mergeInfos)
        process.stdout.write(`${sources.join(' ')} compacted into ${target}\n`);
      const failed = ended.failedPlanNo + ended.timeoutPlanNo;
      if (failed > 0n)
        throw new Unavailable(
          `${failed} of the plans for ${collection} failed: DataCoord's log says why, and it plans them again`,
        );
      process.stdout.write(`${collection} is compacted: ${ended.completedPlanNo} plans completed\n`);
    }),
  );
}
