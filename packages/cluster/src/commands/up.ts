import { Command } from 'commander';
import { startLocalCluster } from '../supervisor/local-cluster.ts';
import { addClusterOptions, type ClusterFlags, clusterSettings } from './cluster-options.ts';
import { untilStopped } from './until-stopped.ts';

export function upCommand(): Command {
  return addClusterOptions(new Command('up'))
    .description(
      'Start a local cluster: rootcoord, datacoord, datanodes and proxy, with nothing else installed.',
    )
    .action(async (flags: ClusterFlags) => {
      const settings = clusterSettings(flags);
      const stopped = untilStopped();
      const cluster = await startLocalCluster(settings, (line) => process.stdout.write(`${line}\n`));
      process.stdout.write(
        `ready: connect Milvus SDKs to ${cluster.address}, Ctrl-C stops (data in ${settings.directory})\n`,
      );
      await stopped;
      process.stdout.write('stopping\n');
      await cluster.stop();
    });
}
