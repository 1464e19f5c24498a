import { Invalid } from '@millrace/core';
import type { ObjectInfo, ObjectStore } from '@millrace/storage';

export type ImportMode = 'row-based' | 'column-based';

export interface ImportFile {
  /** The object's key, as it was given. */
  readonly path: string;
  /** Without folders and extension: a NumPy file's field. */
  readonly name: string;
  readonly bytes: number;
}

export interface ImportFiles {
  readonly mode: ImportMode;
  readonly files: readonly ImportFile[];
}

/** Source: spec datanode-and-formats §10.2. */
const fileBytesMax = 16 * 1024 ** 3;

const modes: Readonly<Record<string, ImportMode>> = { '.json': 'row-based', '.npy': 'column-based' };

/**
 * The files of a task and what the first of them says they are; each is looked up once. Source: spec datanode-and-formats §10.2.
 * @throws Invalid with the original's text for the first file that cannot be imported
 */
export async function checkFiles(
  store: Pick<ObjectStore, 'stat'>,
  paths: readonly string[],
): Promise<ImportFiles> {
  const [first] = paths;
  if (first === undefined) throw new Invalid('the import names no file: name at least one');
  const mode = modes[partsOf(first).extension];
  if (mode === undefined) throw new Invalid(`unsupported file type: '${first}'`);
  const names = new Set<string>();
  const files: ImportFile[] = [];
  for (const path of paths) {
    const { name, extension } = partsOf(path);
    if (modes[extension] !== mode) throw new Invalid(`unsupported file type for ${mode} mode: '${path}'`);
    if (names.has(name)) throw new Invalid(`duplicate file: '${path}'`);
    names.add(name);
    files.push({ path, name, bytes: await sizeOf(store, path) });
  }
  return { mode, files };
}

async function sizeOf(store: Pick<ObjectStore, 'stat'>, path: string): Promise<number> {
  let info: ObjectInfo;
  try {
    info = await store.stat(path);
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new Invalid(`failed to get file size of '${path}', error:${text}`, { cause });
  }
  if (info.bytes === 0) throw new Invalid(`the file '${path}' size is zero`);
  if (info.bytes > fileBytesMax)
    throw new Invalid(`the file '${path}' size exceeds the maximum size: ${fileBytesMax} bytes`);
  return info.bytes;
}

function partsOf(path: string): { readonly name: string; readonly extension: string } {
  const base = path.slice(path.lastIndexOf('/') + 1);
  const dot = base.lastIndexOf('.');
  return dot < 0 ? { name: base, extension: '' } : { name: base.slice(0, dot), extension: base.slice(dot) };
}
