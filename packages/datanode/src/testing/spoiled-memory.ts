import type { ColumnMemory } from '@millrace/binlog';
import { InlineEncoder } from '../encoder/inline-encoder.ts';

/** Memory that is never what it was: whoever relies on what new memory holds, or reads what was given back, gets wrong rows. */
class SpoiledMemory implements ColumnMemory {
  private readonly taken = new Set<ArrayBufferLike>();

  allocate(bytes: number): Uint8Array {
    const memory = new Uint8Array(bytes).fill(0xa5);
    this.taken.add(memory.buffer);
    return memory;
  }

  free({ buffer }: Uint8Array): void {
    if (!this.taken.delete(buffer)) throw new Error('memory of columns was given back that was not taken');
    new Uint8Array(buffer).fill(0xdb);
  }
}

/** An encoder as tests want it. */
export const strictEncoder = (): InlineEncoder => new InlineEncoder({ memory: new SpoiledMemory() });
