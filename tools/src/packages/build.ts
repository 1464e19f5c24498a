import { join } from 'node:path';
import { workspace } from '../tidy/packages.ts';
import { run } from './command.ts';

/** Makes `dist` of all packages; quick where nothing changed. */
export async function build(): Promise<void> {
  await run('npm', ['run', '--silent', 'generate'], workspace);
  await run(join(workspace, 'node_modules/.bin/tsc'), ['-b'], workspace);
}
