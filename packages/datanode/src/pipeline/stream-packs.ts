import type { Logger } from '@millrace/core';
import { type MessageStream, type Pack, TickMerge, type UnknownMessage } from '@millrace/stream';
import type { PackRequest, PackSource } from './pack-source.ts';

/** Reads a physical channel once per virtual channel: simple, and enough where a node has few channels of one physical channel. */
export class StreamPacks implements PackSource {
  private readonly stream: MessageStream;
  private readonly log: Logger;

  constructor({ stream, log }: { readonly stream: MessageStream; readonly log: Logger }) {
    this.stream = stream;
    this.log = log;
  }

  async *packs({ pchannel, from, subscription, signal }: PackRequest): AsyncGenerator<Pack> {
    const onUnknown = ({ msgType, reason }: UnknownMessage) =>
      this.log.warn({ pchannel, msgType, reason }, 'message skipped');
    const merge = new TickMerge({ pchannel, subscription, from, onUnknown });
    const start = from === undefined ? 'earliest' : { at: from.msgID };
    for await (const batch of this.stream.read(pchannel, start, signal)) {
      for (const message of batch) yield* merge.push(message);
    }
  }
}
