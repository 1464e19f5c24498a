import { Invalid } from '@millrace/core';
import { tunedEnvironment } from '@millrace/runtime/process-tuning';
import { Argument, Command } from 'commander';
import { nodeArguments, roleMain } from '../supervisor/role-command.ts';
import type { RoleName } from '../supervisor/topology.ts';

const roleNames: readonly RoleName[] = ['rootcoord', 'datacoord', 'datanode', 'proxy'];

export function runCommand(): Command {
  return new Command('run')
    .description("Run one role, configured like the original's `milvus run <role>`.")
    .addArgument(new Argument('<role>').choices(roleNames))
    .option('--config <file>', 'a milvus.yaml, or its directory; else the one in $MILVUSCONF')
    .option('--set <key=value...>', 'an option, by its Milvus key')
    .action((role: RoleName, flags: { readonly config?: string; readonly set?: readonly string[] }) => {
      const args = [
        ...(flags.config === undefined ? [] : ['--config', flags.config]),
        ...(flags.set ?? []).flatMap((pair) => ['--set', pair]),
      ];
      becomeNode([...nodeArguments(role), roleMain(role), ...args]);
    });
}

/**
 * This process goes on as Node with these arguments: signals, output, id and exit code are the role's own, and nothing is kept of what
 * started it. Memory settings have to stand before a process begins.
 */
function becomeNode(args: readonly string[]): void {
  if (process.execve === undefined)
    throw new Invalid('a role runs on Linux and macOS only: use a virtual machine or a container here');
  process.execve(process.execPath, [process.execPath, ...args], tunedEnvironment());
}
