import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A file that is written behind each change of the store, so that whoever watches it looks when there is something to see. lmdb's own file
 * is written several times in a commit, the last time shortly before its change can be read.
 */
export class Bell {
  readonly path: string;
  private readonly file: number;
  private readonly byte = Buffer.alloc(1);

  constructor(directory: string) {
    this.path = join(directory, 'bell');
    this.file = openSync(this.path, constants.O_RDWR | constants.O_CREAT);
  }

  ring(): void {
    writeSync(this.file, this.byte, 0, 1, 0);
  }

  close(): void {
    closeSync(this.file);
  }
}
