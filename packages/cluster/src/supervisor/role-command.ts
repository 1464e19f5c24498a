import { fileURLToPath } from 'node:url';
import { tunedArguments } from '@millrace/runtime/process-tuning';
import type { RoleName } from './topology.ts';

/** The file a role's process runs. */
export function roleMain(role: RoleName): string {
  return fileURLToPath(import.meta.resolve(`@millrace/${role}/main`));
}

/** Arguments of Node itself: those of the role, and what it needs to find the same sources. */
export function nodeArguments(role: RoleName): string[] {
  const condition = 'millrace-source';
  const fromSources = process.execArgv.some((argument) => argument.endsWith(condition));
  return [...tunedArguments(role), ...(fromSources ? [`--conditions=${condition}`] : [])];
}
