import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { Block, BlockPool } from './block-pool.ts';
import { type Frame, nextCandidate, parseFrame } from './frame.ts';

export interface PlacedFrame extends Frame {
  /** Offset of its first byte in the file. */
  readonly offset: number;
  /** Where its payload lies: held by the reader until its next call, which may be `close`. */
  readonly block: Block;
}

const readBytes = 1024 * 1024;
/** Room for the beginning of a message that the block before it ends with. */
const keptBytes = 256 * 1024;
/** About what a reader leaves between the log and its consumer. */
const idleBlocksMax = 16;
/** How much a reader that has caught up looks for. */
const lookBytes = 16 * 1024;

/**
 * Reads the whole frames of a growing segment file from an offset on. A process killed while it wrote leaves part of a record, and others
 * append behind it: bytes that are no frame are passed over. What looks like a beginning at the end of the file may still be written, so it
 * waits; the caller says with `giveUp` that it did not grow for so long that nobody writes it any more.
 */
export class FrameReader {
  private readonly file: FileHandle;
  private readonly payloadBytesMax: number;
  private readonly pool: BlockPool;
  private block: Block;
  private buffer: Buffer = Buffer.alloc(0);
  /** Offset in the file of the buffer's first byte. */
  private base: number;
  private at = 0;
  /** Reused by every look. */
  private look: Buffer | undefined;
  /** The last look came to the end of the file: what follows has just been written, so that it is in memory. */
  private atEnd = false;

  constructor(file: FileHandle, offset: number, payloadBytesMax: number, pool = readBlocks()) {
    this.file = file;
    this.base = offset;
    this.payloadBytesMax = payloadBytesMax;
    this.pool = pool;
    this.block = new Block(this.buffer, () => undefined);
  }

  /** Everything before it has been read or passed over. */
  get offset(): number {
    return this.base + this.at;
  }

  /** Whether bytes follow that are no whole frame yet. */
  get hasRest(): boolean {
    return this.at < this.buffer.length;
  }

  /** Frames up to about `bytesMax` of payload; none when the file holds no further whole one now. */
  async next(bytesMax: number, giveUp = false): Promise<PlacedFrame[]> {
    for (;;) {
      const frames = this.parse(bytesMax, false);
      if (frames.length > 0) return frames;
      if (!(await this.fill())) return giveUp ? this.parse(bytesMax, true) : [];
    }
  }

  /** Gives its block back: the last call. */
  close(): void {
    this.block.release();
  }

  private parse(bytesMax: number, giveUp: boolean): PlacedFrame[] {
    const frames: PlacedFrame[] = [];
    let bytes = 0;
    while (this.at < this.buffer.length) {
      const parsed = parseFrame(this.buffer, this.at, this.payloadBytesMax);
      if (parsed === 'broken' || (parsed === 'incomplete' && giveUp)) {
        const next =
          giveUp && parsed === 'incomplete' ? this.laterFrame() : nextCandidate(this.buffer, this.at + 1);
        if (next === undefined) break;
        this.at = next;
        continue;
      }
      if (parsed === 'incomplete') break;
      if (frames.length > 0 && bytes + parsed.payload.length > bytesMax) break;
      frames.push({ ...parsed, offset: this.base + parsed.start, block: this.block });
      bytes += parsed.payload.length;
      this.at = parsed.end;
      if (parsed.kind === 'seal') break;
    }
    return frames;
  }

  /** The first whole frame behind an unfinished one: it proves that the unfinished one was left behind. */
  private laterFrame(): number | undefined {
    for (
      let at = nextCandidate(this.buffer, this.at + 1);
      at < this.buffer.length;
      at = nextCandidate(this.buffer, at + 1)
    ) {
      if (typeof parseFrame(this.buffer, at, this.payloadBytesMax) === 'object') return at;
      if (at + 1 >= this.buffer.length) break;
    }
    return undefined;
  }

  /** Reads on. False at the end of the file. A look that finds nothing new, the usual one, allocates nothing. */
  private async fill(): Promise<boolean> {
    const at = this.base + this.buffer.length;
    this.look ??= Buffer.allocUnsafeSlow(lookBytes);
    // Another thread costs a hundred times what there is to do.
    const seen = this.atEnd
      ? readSync(this.file.fd, this.look, 0, lookBytes, at)
      : (await this.file.read(this.look, 0, lookBytes, at)).bytesRead;
    this.atEnd = seen < lookBytes;
    if (seen === 0) return false;
    const kept = this.buffer.subarray(this.at);
    const wanted = kept.length + (seen < lookBytes ? seen : readBytes);
    const block =
      wanted > lookBytes ? this.pool.take(wanted) : new Block(Buffer.allocUnsafe(wanted), () => undefined);
    const buffer = block.bytes;
    kept.copy(buffer);
    this.look.copy(buffer, kept.length, 0, seen);
    let filled = kept.length + seen;
    if (seen === lookBytes && filled < buffer.length) {
      filled += (await this.file.read(buffer, filled, buffer.length - filled, at + seen)).bytesRead;
    }
    this.base += this.at;
    this.at = 0;
    this.block.release();
    this.block = block;
    this.buffer = buffer.subarray(0, filled);
    return true;
  }
}

/** For the readers of a process: one after the other through the files of a channel, and of several channels. */
export function readBlocks(): BlockPool {
  return new BlockPool(readBytes + keptBytes, idleBlocksMax);
}
