import {
  type ChannelNames,
  type Clock,
  dataCoordTimeTickChannel,
  type Logger,
  type Service,
  type Timestamp,
  type UniqueID,
  Wakeup,
} from '@millrace/core';
import { encodeDataNodeTick, type MessageStream } from '@millrace/stream';

/** What a channel has consumed, as far as DataCoord needs it. */
export interface TickSource {
  readonly vchannel: string;
  /** End of the last pack whose rows are counted; undefined before the first. */
  readonly tick: Timestamp | undefined;
  /** Absolute row count, undefined for a segment that is gone. */
  rowsOf(segmentID: UniqueID): number | undefined;
  /** Segments that are not flushed and have rows: one that is not named here is empty so far. */
  openSegments(): Iterable<UniqueID>;
}

export interface TimeTickReporterComponents {
  readonly stream: MessageStream;
  readonly clock: Clock;
  readonly log: Logger;
  readonly nodeID: UniqueID;
  readonly channelNames: ChannelNames;
  readonly intervalMs: number;
  readonly refreshMs: number;
}

/** The ticks of the channels come at almost the same time: so long after the first one all are reported together. */
const gatherMs = 10;

interface Reported {
  readonly source: TickSource;
  readonly touched: Set<UniqueID>;
  sent: Timestamp | undefined;
  /** Report every open segment with the next tick. */
  refresh: boolean;
}

/**
 * Reports to DataCoord how far each channel has been consumed and how many rows its segments have. Row counts are read when the message is
 * built, behind the tick it carries: counts are never later than the tick that covers them. Open segments are repeated every few seconds, so
 * that a restarted DataCoord learns them without asking (§14-20). Source: spec datanode-and-formats §4.8.
 */
export class TimeTickReporter implements Service {
  readonly name = 'time-tick-reporter';
  private readonly components: TimeTickReporterComponents;
  private readonly channels = new Map<string, Reported>();
  private readonly progress: Wakeup;
  private refreshedMs = Number.NEGATIVE_INFINITY;

  constructor(components: TimeTickReporterComponents) {
    this.components = components;
    this.progress = new Wakeup(components.clock);
  }

  add(source: TickSource): void {
    this.channels.set(source.vchannel, { source, touched: new Set(), sent: undefined, refresh: true });
  }

  remove(source: TickSource): void {
    if (this.channels.get(source.vchannel)?.source === source) this.channels.delete(source.vchannel);
  }

  /** Rows of this segment changed. */
  touch(vchannel: string, segmentID: UniqueID): void {
    this.channels.get(vchannel)?.touched.add(segmentID);
  }

  /** Some channel's tick moved. */
  moved(): void {
    this.progress.wake();
  }

  /** Reports all open segments with the next ticks; returns them. Source: spec datanode-and-formats §1.5, ResendSegmentStats. */
  resend(): UniqueID[] {
    const segments: UniqueID[] = [];
    for (const channel of this.channels.values()) {
      channel.refresh = true;
      segments.push(...channel.source.openSegments());
    }
    return segments;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, intervalMs, refreshMs } = this.components;
    const gather = Math.min(gatherMs, intervalMs / 2);
    while ((await this.progress.wait(refreshMs, signal)) && (await clock.sleep(gather, signal))) {
      await this.report();
      if (!(await clock.sleep(intervalMs - gather, signal))) return;
    }
  }

  /** Publishes what is new. A failure is logged: what it should have told is told with the next tick. */
  async report(): Promise<void> {
    const { clock, stream, channelNames, log, refreshMs } = this.components;
    if (clock.monotonic() - this.refreshedMs >= refreshMs) {
      this.refreshedMs = clock.monotonic();
      for (const channel of this.channels.values()) channel.refresh = true;
    }
    const due = [...this.channels.values()].flatMap((channel) => this.messageOf(channel));
    if (due.length === 0) return;
    try {
      await stream.publish(
        dataCoordTimeTickChannel(channelNames),
        due.map(({ payload }) => payload),
        { durable: false },
      );
    } catch (error) {
      for (const { channel, segments } of due) {
        channel.sent = undefined;
        for (const segmentID of segments) channel.touched.add(segmentID);
      }
      log.warn({ error }, 'time ticks not published, trying again with the next');
    }
  }

  private messageOf(channel: Reported) {
    const { source, touched } = channel;
    const { tick } = source;
    if (tick === undefined || tick === channel.sent) return [];
    const segments = new Set(channel.refresh ? [...touched, ...source.openSegments()] : touched);
    const stats = [...segments].flatMap((SegmentID) => {
      const rows = source.rowsOf(SegmentID);
      return rows === undefined ? [] : [{ SegmentID, NumRows: BigInt(rows) }];
    });
    touched.clear();
    channel.sent = tick;
    channel.refresh = false;
    const origin = { timestamp: tick, sourceID: this.components.nodeID };
    return [{ channel, segments, payload: encodeDataNodeTick(origin, source.vchannel, stats) }];
  }
}
