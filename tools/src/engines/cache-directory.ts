import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where engines are installed, once for all worktrees of a machine. */
export const cacheDirectory = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'millrace',
  'engines',
);
