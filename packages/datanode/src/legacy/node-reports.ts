import { minOf, type Timestamp, type UniqueID } from '@millrace/core';
import { common, legacy } from '@millrace/proto';
import { describeError } from '@millrace/runtime';
import { encodeTimeTick } from '@millrace/stream';
import type { OldApiParts } from './old-api.ts';

/**
 * Publishes what a node of the older API tells, where it was told to: the rows of its segments, and behind them the time up to which all its
 * channels are consumed. Counts are read together with the time that covers them, and published before it.
 */
export class NodeReports {
  private readonly parts: OldApiParts;
  private ticks: string | undefined;
  private statistics: string | undefined;
  private readonly told = new Map<UniqueID, number>();
  private toldTick: Timestamp = 0n;
  private reporting: Promise<void> = Promise.resolve();
  private running: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined;

  constructor(parts: OldApiParts) {
    this.parts = parts;
  }

  tellTicks(channel: string): void {
    this.ticks = channel;
    this.toldTick = 0n;
    this.begin();
  }

  tellStatistics(channel: string): void {
    this.statistics = channel;
    this.told.clear();
    this.begin();
  }

  /** Resolves when no report is on its way: the next one knows every channel that is read now. */
  async settled(): Promise<void> {
    await this.reporting.catch(() => undefined);
  }

  async stop(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    this.ticks = undefined;
    this.statistics = undefined;
    running?.stop.abort();
    await running?.ended;
  }

  private begin(): void {
    if (this.running !== undefined) return;
    const stop = new AbortController();
    this.running = { stop, ended: this.run(stop.signal) };
  }

  private async run(signal: AbortSignal): Promise<void> {
    const { clock, settings, log } = this.parts;
    while (await clock.sleep(settings.timeTickIntervalMs, signal)) {
      try {
        this.reporting = this.report();
        await this.reporting;
      } catch (error) {
        // What was not told is told with the next.
        this.told.clear();
        log.warn({ error: describeError(error) }, 'reports not published, trying again');
      }
    }
  }

  private async report(): Promise<void> {
    const { node, stream, nodeID } = this.parts;
    const { ticks, statistics, told } = this;
    const channels = node.channels();
    const reached = channels.map(({ tick }) => tick ?? 0n).reduce(minOf, channels[0]?.tick ?? 0n);
    const open = new Map(
      channels.flatMap((channel) =>
        channel.openSegments().map((segmentID) => [segmentID, channel.rowsOf(segmentID) ?? 0] as const),
      ),
    );
    for (const segmentID of told.keys()) if (!open.has(segmentID)) told.delete(segmentID);
    const changed = [...open].filter(([segmentID, rows]) => told.get(segmentID) !== rows);
    if (statistics !== undefined && changed.length > 0) {
      await stream.publish(statistics, [this.statisticsOf(changed, reached)]);
      for (const [segmentID, rows] of changed) told.set(segmentID, rows);
    }
    if (ticks !== undefined && reached > this.toldTick) {
      await stream.publish(ticks, [encodeTimeTick(reached, nodeID)], { durable: false });
      this.toldTick = reached;
    }
  }

  private statisticsOf(
    segments: readonly (readonly [segmentID: UniqueID, rows: number])[],
    timestamp: Timestamp,
  ): Uint8Array {
    return legacy.SegmentStatistics.encode({
      base: common.MsgBase.fromPartial({
        msgType: common.MsgType.SegmentStatistics,
        timestamp,
        sourceID: this.parts.nodeID,
      }),
      SegStats: segments.map(([SegmentID, rows]) =>
        legacy.SegmentStatisticsUpdates.fromPartial({ SegmentID, NumRows: BigInt(rows) }),
      ),
    }).finish();
  }
}
