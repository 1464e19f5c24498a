import { type Clock, type Logger, type Service, type Timestamp, Wakeup } from '@millrace/core';
import { common, type rootcoord } from '@millrace/proto';
import { type ClientOf, checked, describeError } from '@millrace/runtime';
import type { InFlightWrites } from './in-flight.ts';

/**
 * Tells RootCoord, again and again, up to where everything is published: without it the ticks of the whole cluster stop. Seldom when nobody
 * can be waiting for a tick: no client has called for a while, and there is no other proxy whose clients' ticks this one would hold back.
 */
export class TickReporter implements Service {
  readonly name = 'tick-reporter';
  private readonly parts: {
    readonly writes: InFlightWrites;
    readonly allocate: () => Promise<Timestamp>;
    readonly rootCoord: ClientOf<typeof rootcoord.RootCoordService>;
    readonly serverID: bigint;
    readonly clock: Clock;
    readonly log: Logger;
    readonly intervalMs: number;
    readonly restIntervalMs: number;
    readonly restAfterMs: number;
  };
  private readonly activity: Wakeup;
  private calledMs = Number.NEGATIVE_INFINITY;
  private isAlone = false;

  constructor(parts: TickReporter['parts']) {
    this.parts = parts;
    this.activity = new Wakeup(parts.clock);
  }

  /** A client calls, or has its answer: the next tick may be waited for. */
  noteCall(): void {
    this.calledMs = this.parts.clock.monotonic();
    this.activity.wake();
  }

  noteAlone(isAlone: boolean): void {
    this.isAlone = isAlone;
    this.activity.wake();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { log } = this.parts;
    do {
      try {
        await this.report(signal);
      } catch (error) {
        if (!signal.aborted) log.debug({ error: describeError(error) }, 'time not reported');
      }
    } while (await this.pause(signal));
  }

  /** False once the signal aborts. */
  private async pause(signal: AbortSignal): Promise<boolean> {
    const { clock, intervalMs, restIntervalMs, restAfterMs } = this.parts;
    if (!(await clock.sleep(intervalMs, signal))) return false;
    const rests = this.isAlone && clock.monotonic() - this.calledMs >= restAfterMs;
    return !rests || this.activity.wait(Math.max(0, restIntervalMs - intervalMs), signal);
  }

  private async report(signal: AbortSignal): Promise<void> {
    const { writes, rootCoord, serverID, allocate } = this.parts;
    const { channels, defaultTimestamp } = writes.report(await allocate());
    checked(
      await rootCoord.updateChannelTimeTick(
        {
          base: common.MsgBase.fromPartial({
            msgType: common.MsgType.TimeTick,
            timestamp: defaultTimestamp,
            sourceID: serverID,
          }),
          channelNames: [...channels.keys()],
          timestamps: [...channels.values()],
          defaultTimestamp,
        },
        { signal, deadlineMs: 2_000 },
      ),
    );
  }
}
