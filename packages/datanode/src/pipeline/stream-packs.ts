import type { Logger } from '@millrace/core';
import { ChannelDispatcher, type MessageStream, type Pack } from '@millrace/stream';
import type { PackRequest, PackSource } from './pack-source.ts';

/** Packs straight from the log, for all channels of a node: its virtual channels share the reading of their physical one. */
export class StreamPacks implements PackSource {
  private readonly dispatcher: ChannelDispatcher;

  constructor({ stream, log }: { readonly stream: MessageStream; readonly log: Logger }) {
    this.dispatcher = new ChannelDispatcher({
      stream,
      onUnknown: (pchannel, { msgType, reason }) =>
        log.warn({ pchannel, msgType, reason }, 'message skipped'),
    });
  }

  packs(request: PackRequest): AsyncIterable<Pack> {
    return this.dispatcher.packs(request);
  }
}
