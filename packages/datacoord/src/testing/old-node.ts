import { silentLogger } from '@millrace/core';
import { common, internal, legacy } from '@millrace/proto';
import { RpcServer } from '@millrace/runtime';
import type { MessageStream } from '@millrace/stream';

/** A node of the older API that only records what it is told, and tells what a test has it tell. */
export class OldStyleNode {
  port = 0;
  /** As registered; set by the test. */
  nodeID = 0n;
  readonly told: string[] = [];
  readonly watched = new Set<string>();
  readonly flushed: bigint[] = [];
  state: legacy.StateCode = legacy.StateCode.HEALTHY;
  /** Its answer to WatchDmChannels. */
  takesChannels = true;
  private server: RpcServer | undefined;
  private readonly stream: MessageStream;

  constructor(stream: MessageStream) {
    this.stream = stream;
  }

  /** @param flushes whether it has the flush of single segments, or as designed that of a collection alone */
  async listen(flushes: 'segments' | 'collection' = 'segments'): Promise<void> {
    this.server = new RpcServer({ log: silentLogger, host: '127.0.0.1' });
    this.server.add(legacy.DataNodeService, {
      getComponentStates: () => ({ state: legacy.ComponentInfo.fromPartial({ stateCode: this.state }) }),
      start: () => this.note('start'),
      watchDdChannel: ({ channelID }) => this.note(`dd ${channelID}`),
      setTimeTickChannel: ({ channelID }) => this.note(`ticks ${channelID}`),
      setStatsChannel: ({ channelID }) => this.note(`statistics ${channelID}`),
      watchDmChannels: ({ channelNames }) => {
        if (!this.takesChannels) throw new Error('takes no channels');
        for (const channel of channelNames) this.watched.add(channel);
        return {};
      },
      flush: ({ collectionID }) => this.note(`flush ${collectionID}`),
      ...(flushes === 'collection'
        ? {}
        : {
            flushSegments: ({ segmentIDs }: legacy.FlushSegRequest) => {
              this.flushed.push(...segmentIDs);
              return {};
            },
          }),
    });
    this.port = await this.server.listen(this.port);
  }

  async stop(): Promise<void> {
    await this.server?.stop();
  }

  /** Rows of segments into the statistics channel it was told, then a tick into the other. */
  async tick(timestamp: bigint, rows: readonly (readonly [bigint, number])[] = []): Promise<void> {
    await this.tellRows(timestamp, rows, this.channel('statistics'));
    const tick = internal.TimeTickMsg.fromPartial({
      base: { msgType: common.MsgType.TimeTick, timestamp, sourceID: this.nodeID },
    });
    await this.stream.publish(this.channel('ticks'), [internal.TimeTickMsg.encode(tick).finish()]);
  }

  async tellRows(
    timestamp: bigint,
    rows: readonly (readonly [bigint, number])[],
    channel: string,
  ): Promise<void> {
    const statistics = legacy.SegmentStatistics.fromPartial({
      base: { msgType: common.MsgType.SegmentStatistics, timestamp, sourceID: this.nodeID },
      SegStats: rows.map(([SegmentID, count]) => ({ SegmentID, NumRows: BigInt(count) })),
    });
    await this.stream.publish(channel, [legacy.SegmentStatistics.encode(statistics).finish()]);
  }

  private channel(of: string): string {
    const told = this.told.findLast((each) => each.startsWith(`${of} `));
    if (told === undefined) throw new Error(`was told no channel for ${of}`);
    return told.slice(of.length + 1);
  }

  private note(what: string): Record<string, never> {
    this.told.push(what);
    return {};
  }
}
