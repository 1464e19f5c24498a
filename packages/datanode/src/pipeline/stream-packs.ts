import { type MessageStream, type Pack, TickMerge } from '@millrace/stream';
import type { PackRequest, PackSource } from './pack-source.ts';

/** Reads a physical channel once per virtual channel: simple, and enough where a node has few channels of one physical channel. */
export class StreamPacks implements PackSource {
  private readonly stream: MessageStream;

  constructor(stream: MessageStream) {
    this.stream = stream;
  }

  async *packs({ pchannel, from, subscription, signal }: PackRequest): AsyncGenerator<Pack> {
    const merge = new TickMerge({ pchannel, subscription, from });
    const start = from === undefined ? 'earliest' : { at: from.msgID };
    for await (const batch of this.stream.read(pchannel, start, signal)) {
      for (const message of batch) yield* merge.push(message);
    }
  }
}
