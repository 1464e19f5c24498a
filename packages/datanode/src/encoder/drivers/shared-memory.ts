import type { ColumnMemory } from '@millrace/binlog';

/** Above it, sizes are whole multiples of it; below, powers of two: what comes back fits what is wanted next. */
const roundBytes = 1 << 20;

/**
 * Shared memory that is used again. Fresh memory costs a page fault for every 4 KiB and, once garbage, stays resident until a collection that
 * large buffers outside the heap do not hasten: a node that buffers and writes 100 MB/s would do little else.
 */
export class SharedMemory implements ColumnMemory {
  private readonly idleBytesMax: number;
  private readonly idle = new Map<number, SharedArrayBuffer[]>();
  private idleBytes = 0;

  /** @param idleBytesMax what is kept at most for later use */
  constructor(idleBytesMax: number) {
    this.idleBytesMax = idleBytesMax;
  }

  allocate(bytes: number): Uint8Array {
    const size = sizeFor(bytes);
    const kept = this.idle.get(size)?.pop();
    if (kept === undefined) return new Uint8Array(new SharedArrayBuffer(size));
    this.idleBytes -= size;
    return new Uint8Array(kept);
  }

  free({ buffer }: Uint8Array): void {
    if (!(buffer instanceof SharedArrayBuffer)) return;
    if (this.idleBytes + buffer.byteLength > this.idleBytesMax) return;
    this.idleBytes += buffer.byteLength;
    const kept = this.idle.get(buffer.byteLength);
    if (kept === undefined) this.idle.set(buffer.byteLength, [buffer]);
    else kept.push(buffer);
  }
}

function sizeFor(bytes: number): number {
  if (bytes > roundBytes) return Math.ceil(bytes / roundBytes) * roundBytes;
  return 2 ** Math.ceil(Math.log2(Math.max(bytes, 16)));
}
