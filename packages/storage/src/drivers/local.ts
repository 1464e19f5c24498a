import { type FileHandle, link, mkdir, open, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Conflict, Exhausted, Invalid, NotFound, Unavailable } from '@millrace/core';
import { checkRange } from '../byte-range.ts';
import { checkedListOptions } from '../list-options.ts';
import { checkKey } from '../object-key.ts';
import type { GetOptions, ListOptions, ListPage, ObjectInfo, ObjectStore } from '../object-store.ts';
import { throwIfStopped } from '../stopped.ts';
import { removeStaleTemporaries, temporaryName } from './local-temporaries.ts';
import { walkObjects } from './local-walk.ts';
import { LocalWriter } from './local-writer.ts';

/** Where a LocalObjectStore keeps its objects. */
export interface LocalObjectStoreSettings {
  /** Created when missing; shared by any number of processes. */
  readonly directory: string;
}

/**
 * Objects as files below a directory. An object is written beside its place, made durable, and then renamed into it, so that it is there
 * whole or not at all whatever dies in between.
 */
export class LocalObjectStore implements ObjectStore {
  private readonly directory: string;
  /** Directories known to exist and to be durable in their parents. */
  private readonly directories = new Set<string>();
  private readonly temporaries: Promise<void>;
  private readonly writer = new LocalWriter();

  constructor(settings: LocalObjectStoreSettings) {
    this.directory = settings.directory;
    this.temporaries = removeStaleTemporaries(this.directory);
    this.temporaries.catch(() => undefined);
  }

  async put(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    await this.write(key, chunks, signal, rename);
  }

  async putIfAbsent(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    await this.write(key, chunks, signal, async (temporary, place) => {
      // Unlike a rename, a link never replaces what is there.
      await link(temporary, place);
      await rm(temporary);
    });
  }

  async get(key: string, { range, signal, memory }: GetOptions = {}): Promise<Uint8Array> {
    if (range !== undefined) checkRange(range);
    throwIfStopped(signal, `get ${key}`);
    const path = this.path(key);
    let file: FileHandle | undefined;
    try {
      file = await open(path, 'r');
      const info = await file.stat();
      if (!info.isFile()) throw missing(key);
      const { size } = info;
      const start = Math.min(range?.offset ?? 0, size);
      const wanted = Math.min(range?.length ?? size, size - start);
      const content = memory?.(wanted) ?? Buffer.allocUnsafe(wanted);
      let read = 0;
      while (read < wanted) {
        const { bytesRead } = await file.read(content, read, wanted - read, start + read);
        if (bytesRead === 0) break;
        read += bytesRead;
      }
      return content.subarray(0, read);
    } catch (error) {
      throw isNoFile(error) ? missing(key, error) : this.translate(error, key);
    } finally {
      await file?.close();
    }
  }

  async stat(key: string): Promise<ObjectInfo> {
    const path = this.path(key);
    try {
      const info = await stat(path);
      if (!info.isFile()) throw missing(key);
      return { key, bytes: info.size, lastModifiedMs: Math.trunc(info.mtimeMs) };
    } catch (error) {
      throw isNoFile(error) ? missing(key, error) : this.translate(error, key);
    }
  }

  async list(options: ListOptions): Promise<ListPage> {
    const { prefix, after, limit } = checkedListOptions(options);
    const objects: ObjectInfo[] = [];
    for await (const key of walkObjects(this.directory, prefix, after)) {
      if (objects.length === limit) return { objects, more: true };
      const info = await this.stat(key).catch((error: unknown) => {
        // Removed between the listing and now.
        if (error instanceof NotFound) return undefined;
        throw error;
      });
      if (info !== undefined) objects.push(info);
    }
    return { objects, more: false };
  }

  async remove(key: string): Promise<void> {
    const path = this.path(key);
    try {
      await unlink(path);
    } catch (error) {
      if (!isNoFile(error)) throw this.translate(error, key);
    }
  }

  async close(): Promise<void> {
    await this.temporaries.catch(() => undefined);
  }

  private async write(
    key: string,
    chunks: readonly Uint8Array[],
    signal: AbortSignal | undefined,
    place: (temporary: string, path: string) => Promise<void>,
  ): Promise<void> {
    const path = this.path(key);
    throwIfStopped(signal, `put ${key}`);
    const temporary = join(dirname(path), temporaryName());
    try {
      await this.makeDirectory(dirname(path));
      await this.writer.write(temporary, chunks);
      await place(temporary, path);
      await syncDirectory(dirname(path));
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw this.translate(error, key);
    }
  }

  private async makeDirectory(directory: string): Promise<void> {
    if (this.directories.has(directory)) return;
    const first = await mkdir(directory, { recursive: true });
    for (let at = directory; first !== undefined && at.length >= first.length; at = dirname(at)) {
      await syncDirectory(dirname(at));
    }
    this.directories.add(directory);
  }

  private path(key: string): string {
    checkKey(key);
    return join(this.directory, key);
  }

  private translate(error: unknown, key: string): unknown {
    switch (codeOf(error)) {
      case 'EEXIST':
        return new Conflict(`object ${key} exists already`, { cause: error });
      case 'EISDIR':
      case 'ENOTDIR':
        return new Invalid(`object ${key} lies above or below another object: choose another key`, {
          cause: error,
        });
      case 'ENOSPC':
      case 'EDQUOT':
        return new Exhausted(`the disk of ${this.directory} is full: make room, writing goes on by itself`, {
          cause: error,
        });
      case 'EACCES':
      case 'EPERM':
      case 'EROFS':
        return new Invalid(
          `${this.directory} cannot be written: give this user access, or name another directory`,
          { cause: error },
        );
      case 'EIO':
      case 'EMFILE':
      case 'ENFILE':
        return new Unavailable(
          `${this.directory} does not answer: ${error instanceof Error ? error.message : ''}`,
          { cause: error },
        );
      default:
        return error;
    }
  }
}

function missing(key: string, cause?: unknown): NotFound {
  return new NotFound(`object ${key} does not exist`, { cause });
}

/** Whether there is no file of this name; a directory is none, and neither is a name below a file. */
function isNoFile(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
