import { type Clock, Unavailable } from '@millrace/core';
import { within } from './within.ts';

/** How long a client may take to close its connections in order. */
const closeMs = 500;

/**
 * A client of the library behind calls that always end. Some of its calls, and its `close`, never do when a connection breaks while it is
 * being opened: such a client is left to itself and a new one takes its place.
 */
export class Replaceable<Client extends { close(): Promise<void> }> {
  private readonly clock: Clock;
  private readonly create: () => Client;
  private client: Client;

  constructor(clock: Clock, create: () => Client) {
    this.clock = clock;
    this.create = create;
    this.client = create();
  }

  /** Errors: those of the call; Unavailable when it does not end in time. */
  async call<T>(work: (client: Client) => Promise<T>, msMax: number): Promise<T> {
    const { client } = this;
    const answer = work(client).then((value) => ({ value }));
    const outcome = await within(this.clock, answer, msMax);
    if (outcome !== undefined) return outcome.value;
    if (this.client === client) {
      this.client = this.create();
      void this.closeClient(client);
    }
    throw new Unavailable(`Kafka did not answer within ${msMax} ms: are its brokers up?`);
  }

  close(): Promise<void> {
    return this.closeClient(this.client);
  }

  private async closeClient(client: Client): Promise<void> {
    // Nothing is lost with a connection that cannot be closed in order.
    const closing = client.close().catch(() => undefined);
    await within(this.clock, closing, closeMs);
  }
}
