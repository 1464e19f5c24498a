import { type Clock, type Logger, runTogether, type Service } from '@millrace/core';
import { describeError } from '@millrace/runtime';
import type { Meta } from '../meta/meta.ts';
import type { IDAllocator } from '../segments/id-allocator.ts';
import type { CompactionTasks } from './compaction-tasks.ts';
import type { CompactionPlanner, CompactionSettings } from './planner.ts';
import type { CompactionRunner } from './runner.ts';

export interface CompactorParts {
  readonly meta: Meta;
  readonly planner: CompactionPlanner;
  readonly runner: CompactionRunner;
  readonly tasks: CompactionTasks;
  readonly ids: IDAllocator;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: CompactionSettings;
}

/** Flushed segments whose neighbourhood waits to be looked at; more are found by the next round over everything. */
const flushedMax = 1_000;

/** When compaction is planned and driven. Source: spec datacoord §7.2. */
export class Compactor implements Service {
  readonly name = 'compactor';
  private readonly parts: CompactorParts;
  private readonly flushedIDs = new Set<bigint>();

  constructor(parts: CompactorParts) {
    this.parts = parts;
  }

  /** A segment was flushed. */
  flushed(segmentID: bigint): void {
    const { enabled, automatic } = this.parts.settings;
    if (enabled && automatic && this.flushedIDs.size < flushedMax) this.flushedIDs.add(segmentID);
  }

  /** Compacts a collection whatever its segments look like; returns the id to ask its state by. */
  async compact(collectionID: bigint): Promise<bigint> {
    const signalID = await this.parts.ids.allocate();
    await this.parts.planner.planCollection(collectionID, signalID);
    return signalID;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { settings } = this.parts;
    const loop = (name: string, intervalMs: number, round: () => Promise<void>): Service => ({
      name,
      run: (stop) => this.every(name, intervalMs, round, stop),
    });
    await runTogether(
      [
        loop('plan-all', settings.globalIntervalMs, async () => {
          if (settings.automatic) await this.parts.planner.planAll();
        }),
        loop('drive', settings.checkIntervalMs, () => this.drive(signal)),
      ],
      signal,
    );
  }

  private async drive(signal: AbortSignal): Promise<void> {
    const { meta, planner, runner, tasks } = this.parts;
    for (const id of [...this.flushedIDs]) {
      this.flushedIDs.delete(id);
      const segment = meta.segments.get(id);
      if (segment !== undefined) await planner.planAround(segment);
    }
    if (tasks.running().length === 0) return;
    await runner.check(signal);
    await runner.dispatch();
  }

  private async every(
    name: string,
    intervalMs: number,
    round: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, log } = this.parts;
    while (await clock.sleep(intervalMs, signal)) {
      try {
        await round();
      } catch (error) {
        log.warn({ round: name, error: describeError(error) }, 'compaction round failed, trying again');
      }
    }
  }
}
