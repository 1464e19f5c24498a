import type { Clock, Logger, Service } from '@millrace/core';
import { describeError } from '@millrace/runtime';
import type { MessageStream } from '@millrace/stream';
import type { ChannelManager } from '../channels/channel-manager.ts';
import type { Meta } from '../meta/meta.ts';
import { trimPoints } from './trim-points.ts';

/** Lets the embedded log forget what no reader needs: never past the smallest checkpoint of a physical channel. A broker with a retention of its own ignores it. */
export class LogRetention implements Service {
  readonly name = 'log-retention';
  private readonly parts: {
    readonly stream: MessageStream;
    readonly channels: ChannelManager;
    readonly meta: Meta;
    readonly clock: Clock;
    readonly log: Logger;
    readonly intervalMs: number;
  };

  constructor(parts: LogRetention['parts']) {
    this.parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, intervalMs } = this.parts;
    while (await clock.sleep(intervalMs, signal)) {
      try {
        await this.trim();
      } catch (error) {
        log.warn({ error: describeError(error) }, 'log not trimmed, trying again');
      }
    }
  }

  async trim(): Promise<void> {
    const { stream, channels, meta } = this.parts;
    const starts = [...channels.assignments()].map(({ channel }) => ({
      channel,
      msgID: meta.checkpoint(channel)?.msgID,
    }));
    for (const [pchannel, msgID] of trimPoints(starts, (a, b) => stream.compare(a, b))) {
      await stream.trim(pchannel, msgID);
    }
  }
}
