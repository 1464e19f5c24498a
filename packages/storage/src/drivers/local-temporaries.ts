import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const mark = '.writing-';

/** An upload of a living process never takes this long. */
const staleMs = 60 * 60 * 1000;

export function temporaryName(): string {
  return `${mark}${randomUUID()}`;
}

export function isTemporary(name: string): boolean {
  return name.startsWith(mark);
}

/** Removes what processes that died left half written. */
export async function removeStaleTemporaries(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile() || !isTemporary(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const info = await stat(path).catch(() => undefined);
    if (info !== undefined && Date.now() - info.mtimeMs > staleMs) await rm(path, { force: true });
  }
}
