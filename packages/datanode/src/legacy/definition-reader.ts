import { pchannelOf, type Timestamp } from '@millrace/core';
import { common } from '@millrace/proto';
import { checked, describeError } from '@millrace/runtime';
import {
  type DropCollectionMessage,
  type DropPartitionMessage,
  decodeMessage,
  encodeDropCollection,
  encodeDropPartition,
} from '@millrace/stream';
import type { ChannelPipeline } from '../pipeline/channel-pipeline.ts';
import type { OldApiParts } from './old-api.ts';

type Drop = DropCollectionMessage | DropPartitionMessage;

/** How often a channel is looked at that has not yet been consumed up to a drop. */
const lookMs = 50;

/**
 * Reads definitions in a channel of their own, as they once came. Today they come in the channels of the collection, behind the rows they
 * end: there a drop is published, once its channel has been consumed up to its time. Other definitions change nothing for a node.
 */
export class DefinitionReader {
  private readonly parts: OldApiParts;
  private channel: string | undefined;
  private reading: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined;

  constructor(parts: OldApiParts) {
    this.parts = parts;
  }

  /** From the start of the channel: ids are never used again, so what was dropped long ago ends nothing of today. */
  async read(channel: string): Promise<void> {
    await this.stop();
    this.channel = channel;
    const stop = new AbortController();
    this.reading = { stop, ended: this.follow(channel, stop.signal) };
  }

  /** There are channels that it did not see when it read what was dropped. */
  async again(): Promise<void> {
    if (this.channel !== undefined) await this.read(this.channel);
  }

  async stop(): Promise<void> {
    this.channel = undefined;
    this.reading?.stop.abort();
    await this.reading?.ended;
  }

  private async follow(channel: string, signal: AbortSignal): Promise<void> {
    const { stream, log } = this.parts;
    try {
      for await (const batch of stream.read(channel, 'earliest', signal)) {
        for (const { payload, lease } of batch) {
          const message = decodeMessage(payload);
          lease?.release();
          if (message.kind === 'drop-collection' || message.kind === 'drop-partition')
            await this.drop(message, signal);
        }
      }
    } catch (error) {
      if (!signal.aborted)
        log.error({ channel, error: describeError(error) }, 'definitions not read: tell the channel again');
    }
  }

  private async drop(message: Drop, signal: AbortSignal): Promise<void> {
    const { node, log } = this.parts;
    const { collectionID } = message.request;
    for (const pipeline of node.channels()) {
      if (pipeline.collectionID !== collectionID) continue;
      if (!(await this.consumed(pipeline, message.endTs, signal))) continue;
      log.info({ vchannel: pipeline.vchannel, collectionID, what: message.kind }, 'drop passed on');
      await this.publish(pipeline, message, signal);
    }
  }

  /** False for a channel that ended, or at a stop. */
  private async consumed(pipeline: ChannelPipeline, until: Timestamp, signal: AbortSignal): Promise<boolean> {
    const { clock } = this.parts;
    while ((pipeline.tick ?? 0n) < until) {
      if (pipeline.leaving.aborted || !(await clock.sleep(lookMs, signal))) return false;
    }
    return !pipeline.leaving.aborted && !signal.aborted;
  }

  /** With a time of now: a reader that comes back passes over what is older than where it was. */
  private async publish(pipeline: ChannelPipeline, message: Drop, signal: AbortSignal): Promise<void> {
    const { stream, rootCoord, nodeID, settings } = this.parts;
    const base = common.MsgBase.fromPartial({ msgType: common.MsgType.RequestTSO });
    const options = { signal, deadlineMs: settings.callDeadlineMs };
    const { timestamp } = checked(await rootCoord.allocTimestamp({ base, count: 1 }, options));
    const origin = { timestamp, sourceID: nodeID };
    const payload =
      message.kind === 'drop-collection'
        ? encodeDropCollection(origin, message.request)
        : encodeDropPartition(origin, message.request);
    await stream.publish(pchannelOf(pipeline.vchannel), [payload]);
  }
}
