import { MillraceError } from '@millrace/core';
import { describeError } from '@millrace/runtime';
import { Command, CommanderError } from 'commander';
import { compactCommand } from './commands/compact.ts';
import { demoCommand } from './commands/demo.ts';
import { dropCommand } from './commands/drop.ts';
import { flushCommand } from './commands/flush.ts';
import { importCommand } from './commands/import.ts';
import { rowsCommand } from './commands/rows.ts';
import { runCommand } from './commands/run.ts';
import { showCommand } from './commands/show.ts';
import { upCommand } from './commands/up.ts';
import { verifyCommand } from './commands/verify.ts';

const commands = [
  upCommand,
  runCommand,
  showCommand,
  rowsCommand,
  verifyCommand,
  flushCommand,
  compactCommand,
  importCommand,
  dropCommand,
  demoCommand,
];

/** Exit codes: 0 done, 1 it failed, 2 it was asked for wrongly. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const program = new Command('millrace')
    .description(
      'The write path of a Milvus vector database: a local cluster, its processes, and what they keep.',
    )
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride();
  for (const command of commands) {
    program.addCommand(command().exitOverride().copyInheritedSettings(program));
  }
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = exitCode(error);
    if (!(error instanceof CommanderError)) process.stderr.write(`millrace: ${message(error)}\n`);
  }
}

function exitCode(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof MillraceError && error.kind === 'invalid' ? 2 : 1;
}

function message(error: unknown): string {
  return error instanceof MillraceError && error.kind !== 'internal' ? error.message : describeError(error);
}
