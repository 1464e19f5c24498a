import type { MemoryBudget } from '../memory-budget.ts';

/** What an import may hold of its node's memory: whatever the budget is, buffered rows of channels keep most of it. */
export interface ImportMemory {
  /** Bytes of one ranged get of a JSON file; the next one is asked for meanwhile. */
  readonly chunkBytes: number;
  /** Bytes of rows read at a time, and of the rows of one shard that are written at a time. */
  readonly blockBytes: number;
  /** Bytes of rows of all shards that wait to be written. */
  readonly blocksBytes: number;
}

/** Of the budget's mark. */
const importShare = 0.4;
/** At which the original writes what a shard has. Source: spec datanode-and-formats §10.3. */
const blockBytesMax = 16 * 1024 * 1024;
const chunkBytesMax = 4 * 1024 * 1024;

/** Two blocks being read, one being written as columns and as files, and the waiting ones share what an import may hold. */
export function importMemory({ highMark }: Pick<MemoryBudget, 'highMark'>): ImportMemory {
  const share = importShare * highMark;
  return {
    chunkBytes: Math.max(4096, Math.min(chunkBytesMax, Math.floor(share / 32))),
    blockBytes: Math.max(4096, Math.min(blockBytesMax, Math.floor(share / 8))),
    blocksBytes: Math.floor(share / 2),
  };
}
