import type { Clock, Logger } from '@millrace/core';
import { ProduceAcks, Producer } from '@platformatic/kafka';
import { metadataMsMax } from './consumer-options.ts';
import { Replaceable } from './replaceable.ts';

/** Behind it each topic's own writer takes over. */
const answerMsMax = 2000;
/** How long all topics use their own writers after a failure. */
const pauseMs = 1000;

interface Entry {
  readonly channel: string;
  readonly payloads: readonly Uint8Array[];
  readonly resolve: (first: bigint | undefined) => void;
}

/**
 * Sends small publications to many topics in one request, for messages that need not be durable. A producer without sequence numbers: what it
 * failed to send may be in the log nevertheless, or come later, behind what the topic's own writer sends in its place. It tries once.
 */
export class SharedWriter {
  private readonly components: { readonly clock: Clock; readonly log: Logger };
  private readonly producer: Replaceable<Producer>;
  private readonly closing = new AbortController();
  private waiting: Entry[] = [];
  private draining: Promise<void> | undefined;
  private pausedUntil = Number.NEGATIVE_INFINITY;

  constructor(
    components: { readonly clock: Clock; readonly log: Logger },
    settings: { readonly brokers: readonly string[] },
  ) {
    this.components = components;
    const options = {
      clientId: 'millrace',
      bootstrapBrokers: [...settings.brokers],
      metadataMaxAge: metadataMsMax,
      retries: 0,
    };
    this.producer = new Replaceable(components.clock, () => new Producer(options));
  }

  /**
   * The offset of the first of these messages; undefined when it is not known that they are in the log. Never rejects. One call at a time for
   * a channel.
   */
  async send(channel: string, payloads: readonly Uint8Array[]): Promise<bigint | undefined> {
    const { clock } = this.components;
    if (this.closing.signal.aborted || clock.monotonic() < this.pausedUntil) return undefined;
    const { promise, resolve } = Promise.withResolvers<bigint | undefined>();
    this.waiting.push({ channel, payloads, resolve });
    this.draining ??= this.drain();
    return promise;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.draining;
    await this.producer.close();
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      // The ticks that one round of a shared fetch brought are all published before the next turn.
      await this.components.clock.sleep(0);
      const entries = this.waiting;
      this.waiting = [];
      const offsets = await this.sendAll(entries);
      for (const { channel, resolve } of entries) resolve(offsets.get(channel));
    }
    this.draining = undefined;
  }

  private async sendAll(entries: readonly Entry[]): Promise<ReadonlyMap<string, bigint>> {
    const { clock, log } = this.components;
    const messages = entries.flatMap(({ channel, payloads }) =>
      payloads.map((payload) => ({ topic: channel, partition: 0, value: asBuffer(payload) })),
    );
    try {
      const { offsets = [] } = await this.producer.call(
        (producer) => producer.send({ messages, acks: ProduceAcks.ALL }),
        answerMsMax,
      );
      return new Map(offsets.map(({ topic, offset }) => [topic, offset]));
    } catch (error) {
      log.debug({ topics: entries.length, error }, 'kafka-shared-write-failed');
      this.pausedUntil = clock.monotonic() + pauseMs;
      return new Map();
    }
  }
}

export const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
