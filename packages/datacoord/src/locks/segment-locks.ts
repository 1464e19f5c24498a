import { NotFound } from '@millrace/core';
import { type MetaKeys, type MetaStore, scan } from '@millrace/metastore';
import { data } from '@millrace/proto';
import type { Commit, Meta } from '../meta/meta.ts';

/** One task's lock on segments whose files somebody reads. */
interface SegmentLock {
  readonly taskID: bigint;
  readonly nodeID: bigint;
  readonly segmentIDs: readonly bigint[];
}

/**
 * Segments whose objects must stay while an index node reads them. A lock is stored, and lives as long as the session of the node it was
 * taken for; taking it again replaces it, giving it back twice changes nothing. Source: spec datacoord §2.26.
 */
export class SegmentLocks {
  private readonly keys: MetaKeys;
  private readonly commit: Commit;
  private readonly meta: Meta;
  private readonly byKey = new Map<string, SegmentLock>();

  constructor(parts: { readonly keys: MetaKeys; readonly commit: Commit; readonly meta: Meta }) {
    this.keys = parts.keys;
    this.commit = parts.commit;
    this.meta = parts.meta;
  }

  /** What recovery finds; writes nothing. */
  async load(store: MetaStore): Promise<void> {
    for await (const page of scan(store, { prefix: this.keys.prefix.segmentReferences() })) {
      for (const { key, value } of page.kvs) {
        const { taskID, nodeID, segmentIDs } = data.SegmentReferenceLock.decode(value);
        this.byKey.set(key, { taskID, nodeID, segmentIDs });
      }
    }
  }

  /** @throws NotFound for a segment that is not there, in any state */
  async acquire(taskID: bigint, nodeID: bigint, segmentIDs: readonly bigint[]): Promise<void> {
    for (const id of segmentIDs) {
      if (this.meta.segments.get(id) === undefined)
        throw new NotFound(`segment is not exist with ID = ${id}`);
    }
    const key = this.keys.key.segmentReference({ taskID, nodeID });
    const lock = { taskID, nodeID, segmentIDs: [...segmentIDs] };
    // Held from now on, so that nothing is collected while it is being written.
    this.byKey.set(key, lock);
    try {
      await this.commit([{ put: key, value: data.SegmentReferenceLock.encode(lock).finish() }]);
    } catch (error) {
      this.byKey.delete(key);
      throw error;
    }
  }

  async release(taskID: bigint, nodeID: bigint): Promise<void> {
    await this.giveBack([this.keys.key.segmentReference({ taskID, nodeID })]);
  }

  /** Gives back the locks of every node but the living ones. */
  async keepOnly(living: ReadonlySet<bigint>): Promise<number> {
    const dead = [...this.byKey].filter(([, { nodeID }]) => !living.has(nodeID)).map(([key]) => key);
    await this.giveBack(dead);
    return dead.length;
  }

  /** All segments that some task holds. */
  locked(): ReadonlySet<bigint> {
    return new Set([...this.byKey.values()].flatMap(({ segmentIDs }) => segmentIDs));
  }

  private async giveBack(keys: readonly string[]): Promise<void> {
    const held = keys.filter((key) => this.byKey.has(key));
    for (const key of held) {
      await this.commit([{ delete: key }]);
      this.byKey.delete(key);
    }
  }
}
