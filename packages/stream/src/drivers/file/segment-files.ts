import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Message ids are segment number and offset in one integer: ids of one channel order like its messages. */
const offsetBits = 40n;

export interface Place {
  readonly segment: number;
  readonly offset: number;
}

export function placeOfOffset(id: bigint): Place {
  return { segment: Number(id >> offsetBits), offset: Number(id & ((1n << offsetBits) - 1n)) };
}

export function offsetOfPlace({ segment, offset }: Place): bigint {
  return (BigInt(segment) << offsetBits) | BigInt(offset);
}

const suffix = '.log';

/** The directory of one channel: segment files by number, each sealed before the next is written. */
export class SegmentFiles {
  readonly directory: string;

  constructor(root: string, channel: string) {
    this.directory = join(root, encodeURIComponent(channel));
  }

  path(segment: number): string {
    return join(this.directory, `${String(segment).padStart(10, '0')}${suffix}`);
  }

  async create(): Promise<void> {
    await mkdir(this.directory, { recursive: true });
  }

  /** Numbers of the segments there are, ascending. */
  async list(): Promise<number[]> {
    const names = await readdir(this.directory).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    });
    return names
      .filter((name) => name.endsWith(suffix))
      .map((name) => Number(name.slice(0, -suffix.length)))
      .filter(Number.isInteger)
      .sort((a, b) => a - b);
  }

  async remove(segment: number): Promise<void> {
    await rm(this.path(segment), { force: true });
  }
}
