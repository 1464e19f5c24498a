import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ballastBytes = 1024 * 1024;

/** A file system of its own and of a fixed size, that can be filled and given room again. */
export class SmallDisk {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /**
   * Mounts one in memory. Undefined where this user may not mount: the suite is then skipped, and says so in one line. With CI=true that is a
   * failure.
   */
  static mount(bytes: number): SmallDisk | undefined {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', directory], { stdio: 'pipe' });
      return new SmallDisk(directory);
    } catch (cause) {
      rmdirSync(directory);
      const why = 'a small disk cannot be mounted: run as root on Linux, with the right to mount a tmpfs';
      if (process.env['CI'] === 'true') throw new Error(why, { cause });
      process.stderr.write(`skipped: ${why}\n`);
      return undefined;
    }
  }

  /** Takes all room there is. */
  fill(): void {
    const file = openSync(this.ballast, 'a');
    const bytes = Buffer.alloc(ballastBytes);
    try {
      for (let length = bytes.length; length > 0; ) {
        try {
          writeSync(file, bytes, 0, length);
        } catch (error) {
          if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
          length = Math.floor(length / 2);
        }
      }
    } finally {
      closeSync(file);
    }
  }

  makeRoom(): void {
    rmSync(this.ballast, { force: true });
  }

  /** Removes everything on it. */
  clear(): void {
    for (const name of readdirSync(this.directory)) rmSync(join(this.directory, name), { recursive: true });
  }

  unmount(): void {
    // Lazily: a process that has only just ended may still hold a file.
    execFileSync('umount', ['-l', this.directory], { stdio: 'pipe' });
    rmdirSync(this.directory);
  }

  private get ballast(): string {
    return join(this.directory, 'ballast');
  }
}
