import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Invalid } from '@millrace/core';

/** Version of everything a local cluster keeps below its directory. */
const layoutVersion = 1;

/**
 * Takes the directory for one cluster: creates it, checks the version of what is in it, and marks it as in use. Invalid when another
 * cluster runs on it, or a newer Millrace wrote it. Returns what gives it back.
 */
export function takeDataDirectory(directory: string): () => void {
  try {
    mkdirSync(join(directory, 'data'), { recursive: true });
    mkdirSync(join(directory, 'logs'), { recursive: true });
  } catch (error) {
    throw new Invalid(`cannot create ${directory}: name a directory you can write to with --data`, {
      cause: error,
    });
  }
  checkLayout(join(directory, 'layout'), directory);
  const lock = join(directory, 'cluster.pid');
  takeLock(lock, directory);
  return () => rmSync(lock, { force: true });
}

function checkLayout(file: string, directory: string): void {
  const text = readIfThere(file);
  if (text === undefined) {
    writeFileSync(file, `${layoutVersion}\n`);
    return;
  }
  const version = Number(text.trim());
  if (!Number.isInteger(version) || version < 1)
    throw new Invalid(`${file} holds '${text.trim()}', no version: is ${directory} a data directory?`);
  if (version > layoutVersion) {
    throw new Invalid(
      `${directory} was written by a newer Millrace (layout ${version}, this one reads ${layoutVersion}): use that one, or another --data`,
    );
  }
}

function takeLock(lock: string, directory: string): void {
  for (;;) {
    try {
      writeFileSync(lock, `${process.pid}\n`, { flag: 'wx' });
      return;
    } catch {
      const owner = Number(readIfThere(lock)?.trim());
      if (isAlive(owner)) {
        throw new Invalid(
          `${directory} is in use by process ${owner}: stop that cluster, or name another directory with --data`,
        );
      }
      rmSync(lock, { force: true });
    }
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
