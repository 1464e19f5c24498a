import {
  type ChannelNames,
  type Clock,
  dataCoordTimeTickChannel,
  deltaChannelOf,
  type Logger,
  pchannelOf,
  type Service,
} from '@millrace/core';
import { describeError } from '@millrace/runtime';
import type { MessageStream } from '@millrace/stream';
import type { ChannelManager } from '../channels/channel-manager.ts';
import type { Meta } from '../meta/meta.ts';
import { trimPoints } from './trim-points.ts';

/**
 * Lets the embedded log forget what no reader needs. A DML channel is replayed: never past its smallest checkpoint. The channel of time ticks and
 * the delta channels are followed from their end, never replayed: all but the newest file of each. A broker with a retention of its own ignores
 * it, and there query nodes read the delta channels.
 */
export class LogRetention implements Service {
  readonly name = 'log-retention';
  private readonly parts: {
    readonly stream: MessageStream;
    readonly channels: Pick<ChannelManager, 'assignments'>;
    readonly meta: Pick<Meta, 'checkpoint'>;
    readonly channelNames: ChannelNames;
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
    const { stream, channels, meta, channelNames } = this.parts;
    const starts = [...channels.assignments()].map(({ channel }) => ({
      channel,
      msgID: meta.checkpoint(channel)?.msgID,
    }));
    for (const [pchannel, msgID] of trimPoints(starts, (a, b) => stream.compare(a, b))) {
      await stream.trim(pchannel, msgID);
    }
    const pchannels = new Set(starts.map(({ channel }) => pchannelOf(channel)));
    const followed = [...pchannels].map((pchannel) => deltaChannelOf(channelNames, pchannel));
    for (const channel of [dataCoordTimeTickChannel(channelNames), ...followed]) {
      await stream.trim(channel, 'latest');
    }
  }
}
