import type { Clock, Logger, Service, Timestamp } from '@millrace/core';
import { common, type rootcoord } from '@millrace/proto';
import { type ClientOf, checked, describeError } from '@millrace/runtime';
import type { InFlightWrites } from './in-flight.ts';

/** Tells RootCoord, again and again, up to where everything is published: without it the ticks of the whole cluster stop. */
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
  };

  constructor(parts: TickReporter['parts']) {
    this.parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, intervalMs } = this.parts;
    do {
      try {
        await this.report(signal);
      } catch (error) {
        if (!signal.aborted) log.debug({ error: describeError(error) }, 'time not reported');
      }
    } while (await clock.sleep(intervalMs, signal));
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
