import { wordsAhead } from '@millrace/core';

/** Bytes in which the records of many segments lie one behind the other. Written once, and freed with the last of its segments. */
export class Slab {
  readonly bytes: Buffer;
  readonly size: number;
  private lazyView: DataView | undefined;

  constructor(size: number) {
    this.size = size;
    this.bytes = Buffer.allocUnsafeSlow(size + wordsAhead);
  }

  get view(): DataView {
    this.lazyView ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    return this.lazyView;
  }
}

/** Where a record lies. */
export interface Place {
  readonly slab: Slab;
  readonly start: number;
  readonly end: number;
}

/** Hands out room for records that come together and, mostly, go together: those of a recovery. */
export class SlabSpace {
  private slab = new Slab(0);
  private used = 0;
  private readonly slabBytes: number;

  constructor(slabBytes = 256 * 1024) {
    this.slabBytes = slabBytes;
  }

  take(bytes: number): Place {
    if (this.used + bytes > this.slab.size) {
      if (bytes > this.slabBytes / 4) return ownPlace(bytes);
      this.slab = new Slab(this.slabBytes);
      this.used = 0;
    }
    const start = this.used;
    this.used += bytes;
    return { slab: this.slab, start, end: this.used };
  }
}

/** Room for one record alone. */
export function ownPlace(bytes: number): Place {
  return { slab: new Slab(bytes), start: 0, end: bytes };
}
