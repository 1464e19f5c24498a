import { isKind, type Service, type Timestamp, type UniqueID } from '@millrace/core';
import type { Collection, Partition } from '../catalog/collection.ts';
import { watch } from './create-collection.ts';
import { broadcast, type DdlWorld, withDdlTimestamp } from './ddl-world.ts';
import { dropCollectionMessage, dropPartitionMessage } from './messages.ts';

/** How far a drop came in this process. A restart begins again: every step may be done twice. */
interface DropProgress {
  readonly messageTimestamp: Timestamp;
  /** Monotonic ms of the next question to DataCoord. */
  askAt: number;
}

/** The whole collection, in GcConfirm. */
const wholeCollection = -1n;

/**
 * Finishes what DDL calls began and what a crash left: creations become visible, and dropped collections and partitions go: message in
 * every channel → a tick behind it → DataCoord keeps nothing of it → meta removed.
 */
export class Reconciler implements Service {
  readonly name = 'ddl-reconciler';
  private readonly world: DdlWorld;
  private readonly drops = new Map<UniqueID, DropProgress>();
  private woken = new AbortController();

  constructor(world: DdlWorld) {
    this.world = world;
  }

  wake(): void {
    this.woken.abort();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.woken = new AbortController();
      await this.pass(signal);
      const stopOrWake = AbortSignal.any([signal, this.woken.signal]);
      await this.world.clock.sleep(this.world.settings.reconcileIntervalMs, stopOrWake);
    }
  }

  /** One step for everything that is unfinished. Rejects only when this process lost its right to write. */
  async pass(signal: AbortSignal): Promise<void> {
    await this.settle(signal);
    for (const collection of this.world.catalog.all()) {
      if (signal.aborted) return;
      try {
        await this.advance(collection, signal);
      } catch (error) {
        if (isKind(error, 'fenced')) throw error;
        if (signal.aborted) return;
        this.world.log.warn(
          { collectionID: collection.id, state: collection.state, error },
          'DDL not finished yet',
        );
      }
    }
  }

  /** The queue settles the catalog before each turn. */
  private async settle(signal: AbortSignal): Promise<void> {
    if (!this.world.catalog.isInDoubt) return;
    try {
      await this.world.queue.run(signal, async () => undefined);
    } catch (error) {
      this.world.log.warn({ error }, 'catalog not read again yet');
    }
  }

  private async advance(collection: Collection, signal: AbortSignal): Promise<void> {
    switch (collection.state) {
      case 'creating':
        return this.world.queue.run(signal, () => this.finish(collection.id));
      case 'dropping':
        return this.dropCollection(collection);
      case 'created':
        for (const partition of collection.partitions)
          if (partition.state === 'dropping') await this.dropPartition(collection, partition);
    }
  }

  /** In its turn among the DDL calls: the call that began it may still be at work until then. */
  private async finish(id: UniqueID): Promise<void> {
    const { catalog } = this.world;
    const collection = catalog.get(id);
    if (collection?.state !== 'creating') return;
    const successor = catalog.all().find((one) => isNamesake(one, collection));
    // The caller saw a failure and created it anew.
    if (successor !== undefined) {
      await catalog.setState(id, 'dropping', await this.world.allocTimestamp());
      return;
    }
    if (!this.world.dataCoord.isConnected) return;
    await watch(this.world, collection);
    await catalog.setState(id, 'created', collection.createTime);
    this.world.log.info({ collectionID: id, name: collection.name }, 'creation finished');
  }

  private async dropCollection(collection: Collection): Promise<void> {
    const { id, pchannels } = collection;
    const message = (timestamp: Timestamp) =>
      dropCollectionMessage(collection, timestamp, this.world.serverID);
    if (!(await this.isGone(id, pchannels, message, id, wholeCollection))) return;
    await this.world.catalog.remove(id);
    this.drops.delete(id);
    this.world.log.info({ collectionID: id, name: collection.name }, 'collection removed');
  }

  private async dropPartition(collection: Collection, partition: Partition): Promise<void> {
    const message = (timestamp: Timestamp) =>
      dropPartitionMessage(collection, partition, timestamp, this.world.serverID);
    if (!(await this.isGone(partition.id, collection.pchannels, message, collection.id, partition.id)))
      return;
    await this.world.catalog.removePartition(collection.id, partition.id);
    this.drops.delete(partition.id);
    this.world.log.info({ collectionID: collection.id, partitionID: partition.id }, 'partition removed');
  }

  /** Announces a drop, once, and later says whether it is complete. */
  private async isGone(
    progressID: UniqueID,
    pchannels: readonly string[],
    message: (timestamp: Timestamp) => Uint8Array,
    collectionID: UniqueID,
    partitionID: UniqueID,
  ): Promise<boolean> {
    const { clock, ledger, settings, stream } = this.world;
    const progress = this.drops.get(progressID);
    if (progress === undefined) {
      const messageTimestamp = await withDdlTimestamp(this.world, async (timestamp) => {
        await broadcast(stream, pchannels, message(timestamp));
        return timestamp;
      });
      this.drops.set(progressID, { messageTimestamp, askAt: clock.monotonic() });
      return false;
    }
    if (pchannels.some((channel) => ledger.publishedIn(channel) < progress.messageTimestamp)) return false;
    if (clock.monotonic() < progress.askAt || !this.world.dataCoord.isConnected) return false;
    progress.askAt = clock.monotonic() + settings.gcConfirmIntervalMs;
    return this.confirmed(collectionID, partitionID);
  }

  private async confirmed(collectionID: UniqueID, partitionID: UniqueID): Promise<boolean> {
    const { dataCoord, settings, stopping } = this.world;
    try {
      return await dataCoord.callGcConfirm(collectionID, partitionID, {
        signal: stopping,
        deadlineMs: settings.ddlDeadlineMs,
      });
    } catch (error) {
      // A DataCoord before 2.2 does not know the question: it drops the segments by itself.
      if (isKind(error, 'invalid')) return true;
      throw error;
    }
  }
}

function isNamesake(other: Collection, collection: Collection): boolean {
  return other.id !== collection.id && other.name === collection.name && other.state !== 'dropping';
}
