import type { Clock, Logger, Position, UniqueID } from '@millrace/core';
import { checked } from '@millrace/runtime';
import type { DataCoordCalls } from './node-world.ts';
import { toMessage } from './position-message.ts';
import { callBase } from './sync/save-request.ts';

export interface CheckpointUpdaterComponents {
  readonly dataCoord: Pick<DataCoordCalls, 'updateChannelCheckpoint'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly nodeID: UniqueID;
  readonly intervalMs: number;
  readonly deadlineMs: number;
}

/**
 * Tells DataCoord from where a channel must be read again. Runs beside the pipeline and never blocks it (§14-15); a lost call costs a longer
 * replay only, so failures are logged and the next one is newer. Source: spec datanode-and-formats §4.10.
 */
export class CheckpointUpdater {
  private readonly components: CheckpointUpdaterComponents;
  private readonly vchannel: string;
  private readonly signal: AbortSignal;
  private lastPackMs = Number.NEGATIVE_INFINITY;
  private inFlight: Promise<void> | undefined;

  constructor(components: CheckpointUpdaterComponents, vchannel: string, signal: AbortSignal) {
    this.components = components;
    this.vchannel = vchannel;
    this.signal = signal;
  }

  /** Whether a checkpoint is due at this pack time: at the first pack, then once per interval, one call at a time. */
  isDue(packMs: number): boolean {
    return this.inFlight === undefined && packMs - this.lastPackMs >= this.components.intervalMs;
  }

  /** Starts sending; the next one is due an interval of pack time later. */
  send(position: Position, packMs: number): void {
    this.lastPackMs = packMs;
    this.inFlight = this.update(position).finally(() => {
      this.inFlight = undefined;
    });
  }

  /** The last checkpoint of a channel that is handed over: waits for its answer. */
  async finish(position: Position | undefined): Promise<void> {
    await this.inFlight;
    if (position !== undefined) await this.update(position);
  }

  private async update(position: Position): Promise<void> {
    // The start of the log has no name: without a checkpoint a new owner begins there.
    if (position.msgID.length === 0) return;
    const { dataCoord, clock, log, nodeID, deadlineMs } = this.components;
    const base = callBase(nodeID, clock.now());
    const request = { base, vChannel: this.vchannel, position: toMessage(position) };
    try {
      checked(await dataCoord.updateChannelCheckpoint(request, { signal: this.signal, deadlineMs }));
    } catch (error) {
      log.warn({ vchannel: this.vchannel, error }, 'channel checkpoint not updated, the next one will be');
    }
  }
}
