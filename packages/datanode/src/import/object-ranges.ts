import { Invalid } from '@millrace/core';
import type { ByteRange, GetOptions } from '@millrace/storage';

/** Reads a part of an object, into memory that is given for it or new, trying again while that can help. */
export type ReadRange = (
  path: string,
  range: ByteRange,
  memory?: GetOptions['memory'],
) => Promise<Uint8Array>;

/** A file's bytes from its start, in parts of `chunkBytes`. @throws Invalid when the object is shorter than it was */
export async function* chunksOf(
  read: ReadRange,
  path: string,
  bytes: number,
  chunkBytes: number,
): AsyncGenerator<Uint8Array, void, void> {
  for (let offset = 0; offset < bytes; offset += chunkBytes)
    yield readExactly(read, path, offset, Math.min(chunkBytes, bytes - offset));
}

/** @throws Invalid when the object has not so many bytes any more */
export async function readExactly(
  read: ReadRange,
  path: string,
  offset: number,
  length: number,
  memory?: GetOptions['memory'],
): Promise<Uint8Array> {
  if (length === 0) return new Uint8Array(0);
  const part = await read(path, { offset, length }, memory);
  if (part.length === length) return part;
  throw new Invalid(
    `the file '${path}' ends at byte ${offset + part.length}, it was longer when the import began: leave files alone until they are imported`,
  );
}

/** The same items, each asked for while the one before it is worked on. */
export async function* ahead<T>(source: AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void> {
  const ask = () => {
    const next = source.next();
    // Awaited in its turn: until then nobody listens.
    next.catch(() => undefined);
    return next;
  };
  try {
    for (let next = ask(); ; ) {
      const { value, done } = await next;
      if (done === true || value === undefined) return;
      next = ask();
      yield value;
    }
  } finally {
    await source.return();
  }
}
