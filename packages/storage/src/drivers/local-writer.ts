import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { copyBytes, Semaphore } from '@millrace/core';

/**
 * Writes files whole and durably. Large ones go past the page cache where the system allows it: nobody reads a log that was just written, and
 * copying it into pages that are written back at once takes the kernel more time than all of the encoding.
 */
export class LocalWriter {
  private blocks: AlignedBlocks | undefined;
  private direct = constants.O_DIRECT !== undefined;

  /** @throws an error of the file system; the file may be there then, cut anywhere */
  async write(path: string, chunks: readonly Uint8Array[]): Promise<void> {
    const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
    if (this.direct && bytes >= directMin) {
      try {
        await this.writeDirectly(path, chunks, bytes);
        return;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        this.direct = false;
      }
    }
    await inFile(path, 0, (file) => writeAll(file, chunks));
  }

  private async writeDirectly(path: string, chunks: readonly Uint8Array[], bytes: number): Promise<void> {
    this.blocks ??= new AlignedBlocks();
    await this.blocks.use((block) =>
      inFile(path, constants.O_DIRECT, async (file) => {
        let position = 0;
        for (const length of filled(block, chunks)) {
          // What the last sector has too much is cut off below.
          const whole = Math.ceil(length / sectorBytes) * sectorBytes;
          await writeAll(file, [block.subarray(0, whole)], position);
          position += whole;
        }
        if (position > bytes) await file.truncate(bytes);
      }),
    );
  }
}

/** Below it one more system call costs more than the copy. */
const directMin = 256 * 1024;
/** What addresses, lengths and positions of direct writes are multiples of. Source: open(2), O_DIRECT; 4 KiB fits every disk in use. */
const sectorBytes = 4096;
const blockBytes = 1 << 20;
/** As many as keep a disk busy. */
const blocksMax = 4;

/** Of the engine; TypeScript knows it only among a browser's globals. */
declare const WebAssembly: {
  readonly Memory: new (pages: {
    readonly initial: number;
    readonly maximum: number;
  }) => { readonly buffer: ArrayBuffer };
};

/** Memory that starts at the begin of a page, which Node promises of no buffer, but the engine of WebAssembly's memory. */
class AlignedBlocks {
  private readonly free: Uint8Array[];
  private readonly slots = new Semaphore(blocksMax);

  constructor() {
    const { buffer } = new WebAssembly.Memory({
      initial: (blocksMax * blockBytes) / wasmPageBytes,
      maximum: (blocksMax * blockBytes) / wasmPageBytes,
    });
    this.free = Array.from(
      { length: blocksMax },
      (_, i) => new Uint8Array(buffer, i * blockBytes, blockBytes),
    );
  }

  use(task: (block: Uint8Array) => Promise<void>): Promise<void> {
    return this.slots.run(async () => {
      const block = this.free.pop() ?? new Uint8Array(blockBytes);
      try {
        await task(block);
      } finally {
        this.free.push(block);
      }
    });
  }
}

const wasmPageBytes = 64 * 1024;

/** Fills the block with the chunks' bytes again and again; yields how many there are in it. */
function* filled(block: Uint8Array, chunks: readonly Uint8Array[]): Generator<number> {
  let length = 0;
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const end = Math.min(chunk.length, at + block.length - length);
      copyBytes(chunk, at, end, block, length);
      length += end - at;
      at = end;
      if (length < block.length) continue;
      yield length;
      length = 0;
    }
  }
  if (length > 0) yield length;
}

async function inFile(
  path: string,
  flags: number,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | flags);
  try {
    await write(file);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Some file systems, and disks of larger sectors, take no direct writes; where address space is limited there are no blocks. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof RangeError || (error instanceof Error && 'code' in error && error.code === 'EINVAL')
  );
}

/** In one system call where the disk takes it so: an object has a head, pages and a foot. */
async function writeAll(file: FileHandle, chunks: readonly Uint8Array[], position?: number): Promise<void> {
  let at = position;
  for (let first = 0; first < chunks.length; first += writevMax) {
    let rest: readonly Uint8Array[] = chunks
      .slice(first, first + writevMax)
      .filter(({ length }) => length > 0);
    while (rest.length > 0) {
      const { bytesWritten } = await file.writev(rest, at);
      rest = behind(rest, bytesWritten);
      if (at !== undefined) at += bytesWritten;
    }
  }
}

/** Pieces of one system call. Source: POSIX, IOV_MAX. */
const writevMax = 1024;

/** What is left of the chunks behind so many bytes. */
function behind(chunks: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let skipped = 0;
  for (const [index, chunk] of chunks.entries()) {
    if (skipped + chunk.length > bytes) return [chunk.subarray(bytes - skipped), ...chunks.slice(index + 1)];
    skipped += chunk.length;
  }
  return [];
}
