import { spawn } from 'node:child_process';
import { tunedEnvironment } from '@millrace/runtime';
import { Argument, Command } from 'commander';
import { nodeArguments, roleMain } from '../supervisor/role-process.ts';
import type { RoleName } from '../supervisor/topology.ts';

const roleNames: readonly RoleName[] = ['rootcoord', 'datacoord', 'datanode', 'proxy'];

export function runCommand(): Command {
  return new Command('run')
    .description("Run one role, configured like the original's `milvus run <role>`.")
    .addArgument(new Argument('<role>').choices(roleNames))
    .option('--config <file>', 'a milvus.yaml, or its directory; else the one in $MILVUSCONF')
    .option('--set <key=value...>', 'an option, by its Milvus key')
    .action(async (role: RoleName, flags: { readonly config?: string; readonly set?: readonly string[] }) => {
      const args = [
        ...(flags.config === undefined ? [] : ['--config', flags.config]),
        ...(flags.set ?? []).flatMap((pair) => ['--set', pair]),
      ];
      process.exitCode = await runInForeground([...nodeArguments(), roleMain(role), ...args]);
    });
}

/** Runs Node with the arguments, passing signals on, and resolves with its exit code. */
function runInForeground(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [...args], { stdio: 'inherit', env: tunedEnvironment() });
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => child.kill(name));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
