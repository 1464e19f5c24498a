import {
  type ChannelNames,
  type Clock,
  deltaChannelOf,
  KeyedSerial,
  pchannelOf,
  type Random,
  retry,
  type Timestamp,
  type UniqueID,
} from '@millrace/core';
import { encodeTimeTick, type MessageStream } from '@millrace/stream';

export interface DeltaForwarderComponents {
  readonly stream: MessageStream;
  readonly clock: Clock;
  readonly random: Random;
  readonly nodeID: UniqueID;
  readonly channelNames: ChannelNames;
}

interface Lane {
  /** Tick up to which each of this node's virtual channels has published its deletes; 0 before its first pack. */
  readonly ticks: Map<string, Timestamp>;
  published: Timestamp;
  /** Packs whose turn is still to come or to end. */
  pending: number;
}

/** Source: spec datanode-and-formats §4.2. */
const attempts = { firstMs: 200, maxMs: 3_000, attempts: 5 };

/**
 * Publishes deletes again for query nodes, with time ticks behind them. Several virtual channels share one delta channel: its tick is the
 * least of theirs, so it never runs ahead of a delete (§14-12). Query nodes take these ticks as the service time of flushed data.
 */
export class DeltaForwarder {
  private readonly components: DeltaForwarderComponents;
  private readonly lanes = new Map<string, Lane>();
  private readonly order = new KeyedSerial<string>();

  constructor(components: DeltaForwarderComponents) {
    this.components = components;
  }

  /** From now on the tick of the physical channel waits for this virtual one. */
  join(vchannel: string): void {
    const pchannel = pchannelOf(vchannel);
    const lane = this.lanes.get(pchannel) ?? { ticks: new Map(), published: 0n, pending: 0 };
    lane.ticks.set(vchannel, 0n);
    this.lanes.set(pchannel, lane);
  }

  leave(vchannel: string): void {
    const pchannel = pchannelOf(vchannel);
    const lane = this.lanes.get(pchannel);
    lane?.ticks.delete(vchannel);
    if (lane?.ticks.size === 0) this.lanes.delete(pchannel);
  }

  /** Publishes a pack's deletes as they came, then its tick where that is the least. Rejects after five attempts. */
  async forward(
    vchannel: string,
    deletes: readonly Uint8Array[],
    tick: Timestamp,
    signal: AbortSignal,
  ): Promise<void> {
    const pchannel = pchannelOf(vchannel);
    const lane = this.lanes.get(pchannel);
    if (lane === undefined) return;
    // So it is for all but the last of a lane's virtual channels at each tick of an idle node: their turn is now.
    if (deletes.length === 0 && lane.pending === 0 && isHeldBack(lane, vchannel)) {
      lane.ticks.set(vchannel, tick);
      return;
    }
    lane.pending++;
    try {
      await this.order.run(pchannel, () => this.publish(lane, vchannel, deletes, tick, signal));
    } finally {
      lane.pending--;
    }
  }

  private async publish(
    lane: Lane,
    vchannel: string,
    deletes: readonly Uint8Array[],
    tick: Timestamp,
    signal: AbortSignal,
  ): Promise<void> {
    if (!lane.ticks.has(vchannel)) return;
    const least = leastTick(lane, vchannel, tick);
    const messages = [...deletes];
    if (least > lane.published) messages.push(encodeTimeTick(least, this.components.nodeID));
    const channel = deltaChannelOf(this.components.channelNames, pchannelOf(vchannel));
    if (messages.length > 0)
      await retry(this.components, attempts, signal, () =>
        // A tick alone may be lost, since the next one replaces it, and be repeated or late: `order` sends it behind acknowledged deletes only,
        // so those it covers lie before it wherever it lands, and none of them is sent after it.
        this.components.stream.publish(channel, messages, { durable: deletes.length > 0 }),
      );
    if (lane.ticks.has(vchannel)) lane.ticks.set(vchannel, tick);
    if (least > lane.published) lane.published = least;
  }
}

/** Whether another virtual channel keeps the lane from its next tick. */
function isHeldBack({ ticks, published }: Lane, vchannel: string): boolean {
  for (const [other, reached] of ticks)
    if (other !== vchannel && reached <= published) return ticks.has(vchannel);
  return false;
}

/** The least tick of the lane once `vchannel` has reached `tick`. */
function leastTick(lane: Lane, vchannel: string, tick: Timestamp): Timestamp {
  let least = tick;
  for (const [other, reached] of lane.ticks) if (other !== vchannel && reached < least) least = reached;
  return least;
}
