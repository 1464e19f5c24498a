import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareKeys } from '../object-key.ts';
import { isTemporary } from './local-temporaries.ts';

/** Keys with the prefix behind `after`, in key order. Whole directories that cannot hold any are not read. */
export async function* walkObjects(root: string, prefix: string, after: string): AsyncGenerator<string> {
  const cut = prefix.lastIndexOf('/') + 1;
  yield* walk(root, prefix.slice(0, cut), prefix, after);
}

/** `below` is the directory as the first part of its keys: empty or ending in a slash. */
async function* walk(root: string, below: string, prefix: string, after: string): AsyncGenerator<string> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return [];
    throw error;
  });
  // A directory sorts as its keys do: with the slash.
  const keys = entries
    .filter(({ name }) => !isTemporary(name))
    .map((entry) => `${below}${entry.name}${entry.isDirectory() ? '/' : ''}`)
    .sort(compareKeys);
  for (const key of keys) {
    if (!key.endsWith('/')) {
      if (key.startsWith(prefix) && compareKeys(key, after) > 0) yield key;
      continue;
    }
    if (!key.startsWith(prefix) && !prefix.startsWith(key)) continue;
    if (after.startsWith(key) || compareKeys(key, after) > 0) {
      yield* walk(root, key, prefix, after);
    }
  }
}
