/** Memory of one size class is used again from here on; what is smaller is not worth keeping. */
const bytesMin = 64 * 1024;

/**
 * Memory of pages, used again: a start that reads hundreds of megabytes into new memory has the collector walk all segments again and again,
 * because of what lies outside its heap.
 */
export class PageMemory {
  private readonly idle = new Map<number, Buffer[]>();

  /** At least so many bytes, whatever they hold. */
  take(bytes: number): Buffer {
    const size = 2 ** Math.ceil(Math.log2(Math.max(bytes, bytesMin)));
    return this.idle.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size);
  }

  /** Nobody reads it any more. */
  release(memory: Buffer): void {
    const idle = this.idle.get(memory.length);
    if (idle === undefined) this.idle.set(memory.length, [memory]);
    else idle.push(memory);
  }

  /** Gives back to the machine at once what nobody reads: a collector that has no reason to come would leave it for hours. */
  free(): void {
    for (const all of this.idle.values())
      for (const { buffer } of all) if (buffer instanceof ArrayBuffer) buffer.transfer(0);
    this.idle.clear();
  }
}
