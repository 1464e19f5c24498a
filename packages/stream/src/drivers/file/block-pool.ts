import { Internal } from '@millrace/core';
import type { PayloadLease } from '../../message-stream.ts';

/** Memory that a part of a file is read into. Whoever took it is its first holder. */
export class Block implements PayloadLease {
  readonly bytes: Buffer;
  private readonly free: (bytes: Buffer) => void;
  private holders = 1;

  constructor(bytes: Buffer, free: (bytes: Buffer) => void) {
    this.bytes = bytes;
    this.free = free;
  }

  retain(): void {
    this.holders++;
  }

  release(): void {
    this.holders--;
    if (this.holders < 0)
      throw new Internal('a block of the log was given back by somebody who did not hold it');
    if (this.holders === 0) this.free(this.bytes);
  }
}

/**
 * Blocks of the readers of a process. Those that every holder has given back are used again: a reader that takes 100 MB/s out of the log would
 * otherwise leave as much to the garbage collector. A block that is never given back is simply garbage one day.
 */
export class BlockPool {
  private readonly blockBytes: number;
  private readonly idleMax: number;
  private readonly idle: Buffer[] = [];
  private readonly keep = (bytes: Buffer): void => {
    if (bytes.length === this.blockBytes && this.idle.length < this.idleMax) this.idle.push(bytes);
  };

  /** @param idleMax blocks kept for later use at most */
  constructor(blockBytes: number, idleMax: number) {
    this.blockBytes = blockBytes;
    this.idleMax = idleMax;
  }

  /** At least so many bytes, whatever they hold. */
  take(bytes: number): Block {
    const size = Math.max(bytes, this.blockBytes);
    return new Block(
      (size === this.blockBytes && this.idle.pop()) || Buffer.allocUnsafeSlow(size),
      this.keep,
    );
  }
}
