import { MillraceError } from '@millrace/core';
import { Command, CommanderError } from 'commander';

/** In the order of the help. Read when they are asked for: a role should not wait for what it does not use. */
const commands: Readonly<Record<string, () => Promise<() => Command>>> = {
  up: async () => (await import('./commands/up.ts')).upCommand,
  run: async () => (await import('./commands/run.ts')).runCommand,
  show: async () => (await import('./commands/show.ts')).showCommand,
  rows: async () => (await import('./commands/rows.ts')).rowsCommand,
  verify: async () => (await import('./commands/verify.ts')).verifyCommand,
  flush: async () => (await import('./commands/flush.ts')).flushCommand,
  compact: async () => (await import('./commands/compact.ts')).compactCommand,
  import: async () => (await import('./commands/import.ts')).importCommand,
  drop: async () => (await import('./commands/drop.ts')).dropCommand,
  demo: async () => (await import('./commands/demo.ts')).demoCommand,
};

/** Exit codes: 0 done, 1 it failed, 2 it was asked for wrongly. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const program = new Command('millrace')
    .description(
      'The write path of a Milvus vector database: a local cluster, its processes, and what they keep.',
    )
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride();
  const asked = commands[argv[2] ?? ''];
  for (const load of asked === undefined ? Object.values(commands) : [asked]) {
    const command = await load();
    program.addCommand(command().exitOverride().copyInheritedSettings(program));
  }
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = exitCode(error);
    if (!(error instanceof CommanderError)) process.stderr.write(`millrace: ${await message(error)}\n`);
  }
}

function exitCode(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof MillraceError && error.kind === 'invalid' ? 2 : 1;
}

async function message(error: unknown): Promise<string> {
  // What a server refuses comes with its code, and is no fault of ours either.
  if (error instanceof MillraceError && (error.kind !== 'internal' || error.milvusCode !== undefined))
    return error.message;
  const { describeError } = await import('@millrace/runtime');
  return describeError(error);
}
