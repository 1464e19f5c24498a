import type { MemoryBudget } from '../memory-budget.ts';
import type { SyncBatch } from '../segments/segment.ts';

/**
 * What the budget holds for one batch on its way: its buffers, and the files made of them. Files may be views of the buffers' columns, so a
 * column goes back when nothing refers to it, the others when all is written.
 */
export class BatchMemory {
  private readonly budget: MemoryBudget;
  private readonly batch: SyncBatch;
  private held: number;
  /** Columns that files refer to. */
  private lent: (() => void)[] = [];

  /** The caller has taken `batchBytes` from the budget. */
  constructor(budget: MemoryBudget, batch: SyncBatch) {
    this.budget = budget;
    this.batch = batch;
    this.held = batchBytes(batch);
    budget.sync(this.held);
  }

  /** The batch is encoded: only what the files need is held on. */
  encoded(files: Iterable<readonly Uint8Array[]>): void {
    const buffers = new Set<ArrayBufferLike>();
    const sizes = new Map<Uint8Array, number>();
    for (const chunks of files) {
      for (const chunk of chunks) {
        buffers.add(chunk.buffer);
        sizes.set(chunk, chunk.length);
      }
    }
    let needed = 0;
    for (const { builder } of this.batch.contents?.inserts?.fields ?? []) {
      const column = builder.view().values;
      if (buffers.has(column.buffer)) {
        needed += column.length;
        this.lent.push(() => builder.release());
        for (const chunk of sizes.keys()) if (chunk.buffer === column.buffer) sizes.delete(chunk);
      } else builder.release();
    }
    for (const bytes of sizes.values()) needed += bytes;
    this.batch.contents = undefined;
    this.hold(needed);
  }

  /** The files are stored. */
  written(): void {
    for (const release of this.lent) release();
    this.letGo();
  }

  /** Gives up what is held. Memory that an unfinished write may still read is left to the garbage collector. */
  letGo(): void {
    this.lent = [];
    this.batch.contents = undefined;
    this.hold(0);
  }

  private hold(bytes: number): void {
    const more = bytes - this.held;
    this.held = bytes;
    this.budget.sync(more);
    if (more > 0) this.budget.take(more);
    else this.budget.give(-more);
  }
}

/** What the budget holds for a batch until it is encoded. */
export function batchBytes({ contents }: SyncBatch): number {
  return (contents?.inserts?.bytes ?? 0) + (contents?.deletes?.bytes ?? 0);
}
