import {
  type Clock,
  isDurable,
  isHealthy,
  isKind,
  isOrphan,
  type KeptBecause,
  keptBecause,
  type Logger,
  type Service,
  segmentStates,
} from '@millrace/core';
import { describeError } from '@millrace/runtime';
import {
  type LogKind,
  listAll,
  logKinds,
  logPrefix,
  type ObjectStore,
  parseLogObjectKey,
} from '@millrace/storage';
import type { ChannelManager } from '../channels/channel-manager.ts';
import type { Indexes } from '../indexing/indexes.ts';
import type { SegmentLocks } from '../locks/segment-locks.ts';
import type { Collections } from '../meta/collections.ts';
import type { Meta } from '../meta/meta.ts';
import type { Segment } from '../meta/segment.ts';
import { pathsOf } from './paths-of.ts';

export interface CollectorSettings {
  readonly objectRoot: string;
  readonly intervalMs: number;
  readonly dropToleranceMs: number;
  readonly missingToleranceMs: number;
}

export interface CollectorParts {
  readonly meta: Meta;
  readonly objects: ObjectStore;
  readonly locks: SegmentLocks;
  readonly indexes: Indexes;
  readonly collections: Collections;
  readonly channels: ChannelManager;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: CollectorSettings;
}

/** What one round did. */
export interface Collected {
  readonly segments: number;
  readonly orphans: number;
  /** Dropped segments that stay, by reason. */
  readonly kept: Readonly<Partial<Record<KeptBecause, number>>>;
}

/**
 * Removes what nothing needs: dropped segments with their objects, then objects that no metadata names. Objects go first and metadata last, so
 * that a crash in between leaves something the next round finds. Source: spec datacoord §8.
 */
export class GarbageCollector implements Service {
  readonly name = 'garbage-collector';
  private readonly parts: CollectorParts;

  constructor(parts: CollectorParts) {
    this.parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, settings } = this.parts;
    while (await clock.sleep(settings.intervalMs, signal)) {
      try {
        const { segments, orphans, kept } = await this.collect(signal);
        log.info({ segments, orphans, kept }, 'garbage collected');
      } catch (error) {
        log.warn({ error: describeError(error) }, 'garbage not collected, trying again');
      }
    }
  }

  /** One round. */
  async collect(signal: AbortSignal): Promise<Collected> {
    const kept: Partial<Record<KeptBecause, number>> = {};
    let segments = 0;
    const unindexed = await this.unindexedParents();
    for (const segment of [...this.parts.meta.segments.all()]) {
      if (signal.aborted) break;
      if (segment.state !== segmentStates.dropped) continue;
      const reason = this.reasonToKeep(segment, unindexed);
      if (reason !== undefined) kept[reason] = (kept[reason] ?? 0) + 1;
      else if (await this.remove(segment)) segments++;
    }
    let orphans = 0;
    for (const kind of logKinds) orphans += await this.removeOrphans(kind, signal);
    return { segments, orphans, kept };
  }

  private reasonToKeep(segment: Segment, unindexed: ReadonlySet<bigint>): KeptBecause | undefined {
    const { meta, locks, channels, clock, settings } = this.parts;
    return keptBecause(
      {
        droppedAtMs: Number(segment.droppedAt / 1_000_000n),
        locked: locks.locked().has(segment.id),
        channelLives: channels.owner(segment.channel) !== undefined,
        savedUntil: segment.dmlPosition?.timestamp ?? 0n,
        checkpoint: meta.checkpoint(segment.channel)?.timestamp ?? 0n,
        childUnindexed: unindexed.has(segment.id),
      },
      clock.now(),
      settings.dropToleranceMs,
    );
  }

  /** Segments whose compacted successor is there without an index. */
  private async unindexedParents(): Promise<ReadonlySet<bigint>> {
    const { meta, indexes, collections } = this.parts;
    const children = new Map<bigint, Segment[]>();
    for (const segment of meta.segments.all()) {
      if (segment.compactionFrom.length === 0 || !isDurable(segment.state)) continue;
      children.set(segment.collectionID, [...(children.get(segment.collectionID) ?? []), segment]);
    }
    const parents = new Set<bigint>();
    for (const [collectionID, segments] of children) {
      const collection = await collections.get(collectionID).catch((error: unknown) => {
        if (isKind(error, 'not-found')) return undefined;
        throw error;
      });
      // Nobody reads a collection that is gone.
      if (collection === undefined) continue;
      const indexed = await indexes.indexed(
        collection.schema,
        collectionID,
        segments.map(({ id }) => id),
      );
      for (const { id, compactionFrom } of segments)
        if (!indexed.has(id)) for (const parent of compactionFrom) parents.add(parent);
    }
    return parents;
  }

  /** False when an object could not be removed: the metadata that names it stays for the next round. */
  private async remove(segment: Segment): Promise<boolean> {
    const { meta, objects, log, settings, channels } = this.parts;
    try {
      for (const path of pathsOf(segment, settings.objectRoot)) await objects.remove(path);
    } catch (error) {
      log.warn({ segmentID: segment.id, error: describeError(error) }, 'objects of a dropped segment stay');
      return false;
    }
    await meta.remove(segment.id);
    const { channel } = segment;
    const isLast = !meta.segments.ofChannel(channel).some(({ state }) => isHealthy(state));
    if (isLast && channels.owner(channel) === undefined) await meta.removeCheckpoint(channel);
    return true;
  }

  private async removeOrphans(kind: LogKind, signal: AbortSignal): Promise<number> {
    const { meta, objects, locks, clock, settings } = this.parts;
    const { objectRoot, missingToleranceMs } = settings;
    let removed = 0;
    // Listings are in the order of the keys: the objects of one segment follow one another.
    let named: { readonly id: bigint; readonly paths: ReadonlySet<string> } | undefined;
    for await (const { key, lastModifiedMs } of listAll(objects, logPrefix(objectRoot, kind))) {
      if (signal.aborted) break;
      const object = parseLogObjectKey(objectRoot, key);
      if (object === undefined || !isOrphan(lastModifiedMs, clock.now(), missingToleranceMs)) continue;
      if (locks.locked().has(object.segmentID)) continue;
      if (named?.id !== object.segmentID) {
        const segment = meta.segments.get(object.segmentID);
        named = { id: object.segmentID, paths: new Set(segment && pathsOf(segment, objectRoot)) };
      }
      if (named.paths.has(key)) continue;
      // The page may be older than a save: what is named now decides.
      const segment = meta.segments.get(object.segmentID);
      if (segment !== undefined && pathsOf(segment, objectRoot).includes(key)) continue;
      await objects.remove(key);
      removed++;
    }
    return removed;
  }
}
