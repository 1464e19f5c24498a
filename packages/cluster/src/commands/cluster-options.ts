import { resolve } from 'node:path';
import { Invalid } from '@millrace/core';
import { type Command, InvalidArgumentError, Option } from 'commander';

export const defaultDirectory = '.millrace';

export function addDirectory(command: Command): Command {
  return command.option('--data <dir>', 'directory of everything the cluster keeps', defaultDirectory);
}

export function addClusterOptions(command: Command): Command {
  return addDirectory(command)
    .option('--datanodes <n>', 'DataNode processes, 1 to 16', integerIn(1, 16), 2)
    .option('--standby', 'a second DataCoord that takes over when the first ends')
    .option('--port <port>', 'port of the proxy, 0 for any free one', integerIn(0, 65_535), 19530)
    .addOption(
      new Option('--log-level <level>', 'least severe events shown and kept')
        .choices(['debug', 'info', 'warn', 'error'])
        .default('info'),
    )
    .option('--set <key=value...>', 'an option of all roles, by its Milvus key');
}

export interface ClusterFlags {
  readonly data: string;
  readonly datanodes: number;
  readonly standby?: boolean;
  readonly port: number;
  readonly logLevel: string;
  readonly set?: readonly string[];
}

export function clusterSettings(flags: ClusterFlags) {
  return {
    directory: resolve(flags.data),
    dataNodes: flags.datanodes,
    standby: flags.standby === true,
    port: flags.port,
    logLevel: flags.logLevel,
    options: pairs(flags.set ?? []),
  };
}

/** What `--set key=value` says, by key. */
export function pairs(set: readonly string[]): Record<string, string> {
  const options: Record<string, string> = {};
  for (const pair of set) {
    const cut = pair.indexOf('=');
    if (cut <= 0) throw new Invalid(`--set ${pair}: write --set key=value`);
    options[pair.slice(0, cut)] = pair.slice(cut + 1);
  }
  return options;
}

/** A parser of whole numbers in a range. */
export function integerIn(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It takes a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}
