import type { UniqueID } from '@millrace/core';
import { allocateIDs, type ImportRun } from './import-job.ts';

/** So many at a time, so that small batches do not each wait for RootCoord. */
const idsPerCall = 16_384;

/** RowIDs of imported rows, ascending in the order they are taken: each row has its own, unlike the original's (spec datanode-and-formats §14-18). */
export class RowIDs {
  private readonly run: ImportRun;
  private next: UniqueID = 0n;
  private left = 0;
  private readonly taken: { begin: UniqueID; end: UniqueID }[] = [];

  constructor(run: ImportRun) {
    this.run = run;
  }

  /** First of `count` consecutive ids. */
  async take(count: number): Promise<UniqueID> {
    if (this.left < count) {
      this.left = Math.max(count, idsPerCall);
      this.next = await allocateIDs(this.run, this.left);
    }
    const begin = this.next;
    const end = begin + BigInt(count);
    this.next = end;
    this.left -= count;
    const last = this.taken.at(-1);
    if (last?.end === begin) last.end = end;
    else this.taken.push({ begin, end });
    return begin;
  }

  /** Begin and end (exclusive) of each run that was taken. */
  get ranges(): UniqueID[] {
    return this.taken.flatMap(({ begin, end }) => [begin, end]);
  }
}
