import { isKind, KeyedSerial, type Logger, MillraceError, Unavailable, type UniqueID } from '@millrace/core';
import { common, type data } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import type { NodeWorld } from '../node-world.ts';
import type { Segment, SyncBatch } from '../segments/segment.ts';
import { isUnknownSegment } from '../unknown-segment.ts';
import { BatchMemory } from './batch-memory.ts';
import { persist } from './persist.ts';
import { relocateLogs } from './relocate-logs.ts';
import { SaveHold } from './save-hold.ts';
import { callBase, hasFiles, isSaved, saveRequest, unknownStarts } from './save-request.ts';
import { encodeSync, logIDsNeeded, type SyncFile, type SyncFiles, type SyncLogs } from './sync-files.ts';

export interface SyncedChannel {
  readonly vchannel: string;
  readonly collectionID: UniqueID;
  readonly primaryKeyFieldID: UniqueID;
  readonly segments: ReadonlyMap<UniqueID, Segment>;
}

export interface ChannelSyncEvents {
  /** The batch is durable, its metadata too. `started`: segments whose start position DataCoord now knows. */
  saved(batch: SyncBatch, started: readonly UniqueID[]): void;
  /** DataCoord does not know the segment any more. */
  gone(batch: SyncBatch): void;
  /** A batch cannot be stored: the channel must be given up, a new owner replays what is missing. */
  failed(error: unknown): void;
}

/**
 * Brings the batches of one channel into objects, then into metadata. Files of several batches are written at the same time; metadata of one
 * segment is saved in the order in which its batches were taken. Source: spec datanode-and-formats §4.6.
 */
export class ChannelSync {
  private readonly world: NodeWorld;
  private readonly channel: SyncedChannel;
  private readonly events: ChannelSyncEvents;
  private readonly signal: AbortSignal;
  private readonly log: Logger;
  private readonly allocations = new KeyedSerial<UniqueID>();
  private readonly saves = new KeyedSerial<UniqueID>();
  private readonly running = new Set<Promise<void>>();
  private readonly holds = new Map<UniqueID, SaveHold>();

  constructor(world: NodeWorld, channel: SyncedChannel, events: ChannelSyncEvents, signal: AbortSignal) {
    this.world = world;
    this.channel = channel;
    this.events = events;
    this.signal = signal;
    this.log = world.log.child({ vchannel: channel.vchannel });
  }

  /** Takes the batch over. Log ids are asked for in the order of these calls, per segment (§8.2). */
  start(batch: SyncBatch): void {
    const task = this.sync(batch)
      .catch((error: unknown) => this.events.failed(error))
      .finally(() => this.running.delete(task));
    this.running.add(task);
  }

  /**
   * Makes the saves of these segments wait until the hold is released; resolves once those under way are over. Files are written all the
   * while. Source: spec datanode-and-formats §11.4.
   */
  async hold(segmentIDs: readonly UniqueID[]): Promise<SaveHold> {
    const hold = new SaveHold(segmentIDs, this.holds);
    const abandon = () => hold.release('abandon');
    this.signal.addEventListener('abort', abandon, { once: true });
    if (this.signal.aborted) abandon();
    void hold.ended().then(() => this.signal.removeEventListener('abort', abandon));
    await hold.begin(this.saves);
    return hold;
  }

  /** Resolves once nothing is under way. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  private async sync(batch: SyncBatch): Promise<void> {
    const { clock, uploads, budget } = this.world;
    const startedMs = clock.monotonic();
    const { contents } = batch;
    const memory = new BatchMemory(budget, batch);
    const count = contents === undefined ? 0 : logIDsNeeded(contents);
    const rows = contents?.inserts?.rows ?? 0;
    const insertBytes = contents?.inserts?.bytes ?? 0;
    const deleteBytes = contents?.deletes?.bytes ?? 0;
    const bytes = insertBytes + deleteBytes;
    const deletes = contents?.deletes?.deletes.length ?? 0;
    const stored = this.allocations
      .run(batch.segmentID, () => this.allocate(count))
      .then((firstLogID) => uploads.run(() => this.store(batch, memory, firstLogID)))
      .finally(() => memory.letGo());
    stored.catch(() => undefined);
    // Queued before the work is done, so that the order of the saves is the order of the batches.
    if (!(await this.saveInTurn(batch, stored))) {
      this.log.info(
        { segmentID: batch.segmentID },
        'sync left to the next owner: its segment is being swapped',
      );
      return;
    }
    const tookMs = Math.round(clock.monotonic() - startedMs);
    const { segmentID, decision } = batch;
    this.world.meter.synced({ insertBytes, deleteBytes, asked: decision.flushed, tookMs });
    this.log.info({ segmentID, reason: decision.reason, rows, deletes, bytes, tookMs }, 'segment synced');
  }

  /** False when the save was abandoned. */
  private async saveInTurn(batch: SyncBatch, stored: Promise<SyncLogs>): Promise<boolean> {
    for (;;) {
      const { segmentID } = batch;
      const outcome = await this.saves.run(segmentID, async () => {
        const logs = await stored;
        if ((await this.holds.get(segmentID)?.ended()) === 'abandon') return 'abandoned';
        // Compacted away while it waited: now it takes its turn among the saves of the target.
        if (batch.segmentID !== segmentID) return 'moved';
        await this.save(batch, logs);
        return 'saved';
      });
      if (outcome !== 'moved') return outcome === 'saved';
    }
  }

  /** Encodes and uploads. Memory is let go as early as nothing needs it: what waits for metadata holds none. */
  private async store(batch: SyncBatch, memory: BatchMemory, firstLogID: UniqueID): Promise<SyncLogs> {
    const { objects, logs, summary } = await this.encode(batch, firstLogID);
    if (summary !== undefined) this.channel.segments.get(batch.segmentID)?.encoded(summary);
    memory.encoded(objects.map(({ chunks }) => chunks));
    this.log.debug({ segmentID: batch.segmentID, objects: objects.length }, 'sync uploads');
    await this.upload(objects);
    this.log.debug({ segmentID: batch.segmentID }, 'sync uploaded');
    memory.written();
    return logs;
  }

  /** First id of a consecutive block. */
  private async allocate(count: number): Promise<UniqueID> {
    if (count === 0) return 0n;
    const { rootCoord, nodeID, settings } = this.world;
    const base = common.MsgBase.fromPartial({ msgType: common.MsgType.RequestID, sourceID: nodeID });
    const attempt = async () => {
      const answer = checked(await rootCoord.allocId({ base, count }, this.options()));
      if (answer.count < count) throw new Unavailable(`asked for ${count} ids, got ${answer.count}`);
      return answer.ID;
    };
    return persist(this.world, settings.syncDeadlineMs, this.signal, attempt, {
      failed: (error) => this.log.warn({ error }, 'log ids not allocated, trying again'),
    });
  }

  private async encode(batch: SyncBatch, firstLogID: UniqueID): Promise<SyncFiles> {
    const { clock, encoder, settings } = this.world;
    const { collectionID, primaryKeyFieldID } = this.channel;
    const components = {
      clock,
      encoder,
      objectRoot: settings.objectRoot,
      compressionLevel: settings.compressionLevel,
    };
    const contents = batch.contents ?? { inserts: undefined, deletes: undefined };
    return encodeSync(components, collectionID, primaryKeyFieldID, batch, contents, firstLogID);
  }

  private async upload(objects: readonly SyncFile[]): Promise<void> {
    const { objectStore, settings } = this.world;
    const puts = objects.map(({ key, chunks }) =>
      persist(
        this.world,
        settings.syncDeadlineMs,
        this.signal,
        () => objectStore.put(key, chunks, this.signal),
        { failed: (error) => this.log.warn({ key, error }, 'object not stored, trying again') },
      ),
    );
    const results = await Promise.allSettled(puts);
    const failure = results.find((result) => result.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  private async save(batch: SyncBatch, written: SyncLogs): Promise<void> {
    const { dataCoord, settings, objectStore } = this.world;
    const relocation = { objectStore, objectRoot: settings.objectRoot, signal: this.signal };
    const logs = await persist(this.world, settings.syncDeadlineMs, this.signal, () =>
      relocateLogs(relocation, written, batch.segmentID),
    );
    const starts = unknownStarts(this.channel.segments.values());
    const base = callBase(this.world.nodeID, this.world.clock.now());
    const request = saveRequest(base, this.channel.collectionID, batch, logs, starts);
    this.log.debug({ segmentID: batch.segmentID }, 'sync saves');
    try {
      await persist(
        this.world,
        settings.syncDeadlineMs,
        this.signal,
        async (number) => {
          if (number > 1 && (await this.hasArrived(batch, logs))) return;
          checked(await dataCoord.saveBinlogPaths(request, this.options()));
        },
        {
          isFinal: isFinalAnswer,
          failed: (error) =>
            this.log.warn({ segmentID: batch.segmentID, error }, 'paths not saved, trying again'),
        },
      );
    } catch (error) {
      if (!isSegmentNotFound(error)) throw error;
      // It was compacted away or collected meanwhile: nothing is left to save for it (§14-6).
      this.log.info({ segmentID: batch.segmentID }, 'segment is gone, its sync is over');
      this.events.gone(batch);
      return;
    }
    this.events.saved(
      batch,
      starts.map(({ segmentID }) => segmentID),
    );
  }

  /** The original's SaveBinlogPaths appends each time it is called: whether a lost reply hides a success is read back first (§14-2). */
  private async hasArrived(batch: SyncBatch, logs: SyncLogs): Promise<boolean> {
    if (!hasFiles(logs)) return false;
    const request = { segmentIDs: [batch.segmentID], includeUnHealthy: true };
    const answer = await this.world.dataCoord.getSegmentInfo(request, this.options());
    if (isUnknownSegment(answer)) return false;
    return checked(answer).infos.some(
      (info: data.SegmentInfo) => info.ID === batch.segmentID && isSaved(info, logs),
    );
  }

  private options() {
    return { signal: this.signal, deadlineMs: this.world.settings.callDeadlineMs };
  }
}

/** Fenced: another node owns the channel. Not found: see `save`. Everything else may pass. */
function isFinalAnswer(error: unknown): boolean {
  return isKind(error, 'fenced') || isSegmentNotFound(error);
}

function isSegmentNotFound(error: unknown): boolean {
  return error instanceof MillraceError && error.milvusCode === 'SegmentNotFound';
}
