import { type Clock, Invalid, isKind, type Logger, type MillraceError, Unavailable } from '@millrace/core';
import { etcd } from '@millrace/proto';
import {
  type BidiStream,
  type ByteCallOptions,
  ByteClient,
  type CallOptions,
  connectStreams,
  type RequestOf,
  type ResponseOf,
} from '@millrace/runtime';
import { errorFromEtcd, wasNotSent } from './errors.ts';
import { RangeAnswer } from './range-answer.ts';

/** A call of whole messages. */
type Call<Method> = (request: RequestOf<Method>, options: CallOptions) => Promise<ResponseOf<Method>>;

/** One etcd server. Ranges, which may be long, have a TCP connection of their own; other calls share one, and streams. */
export interface EtcdConnection {
  readonly address: string;
  range(request: Partial<etcd.RangeRequest>, options: ByteCallOptions): Promise<RangeAnswer>;
  readonly txn: Call<etcd.KVService['txn']>;
  readonly leaseGrant: Call<etcd.LeaseService['leaseGrant']>;
  readonly leaseRevoke: Call<etcd.LeaseService['leaseRevoke']>;
  openWatch(): BidiStream<etcd.WatchService['watch']>;
  openKeepAlive(): BidiStream<etcd.LeaseService['leaseKeepAlive']>;
  close(): void;
}

export interface CallSettings {
  /** For the call with all its attempts. */
  readonly deadlineMs: number;
  /** Whether doing it twice is the same as once. A call that is not is repeated only when it certainly was not sent. */
  readonly repeatable: boolean;
  /** Gives the call up. Default: when the store closes, which every signal given here must include. */
  readonly signal?: AbortSignal;
}

/** The servers of a cluster: stays with one while it answers, goes on to the next when it does not. */
export class EtcdEndpoints {
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly closed: AbortSignal;
  private readonly connections: readonly EtcdConnection[];
  private at = 0;

  constructor(
    components: { readonly clock: Clock; readonly log: Logger },
    addresses: readonly string[],
    closed: AbortSignal,
  ) {
    if (addresses.length === 0)
      throw new Invalid('no etcd server is named: set etcd.endpoints to host:port, or several with commas');
    this.clock = components.clock;
    this.log = components.log;
    this.closed = closed;
    this.connections = addresses.map(connectTo);
    closed.addEventListener('abort', () => {
      for (const connection of this.connections) connection.close();
    });
  }

  /** The server to use now. */
  current(): EtcdConnection {
    const connection = this.connections[this.at % this.connections.length];
    if (connection === undefined) throw new Unavailable('no etcd server is named');
    return connection;
  }

  /** The next one is used from now on, unless that has happened already. */
  failed(connection: EtcdConnection, error: MillraceError): void {
    if (this.current() !== connection || this.closed.aborted) return;
    this.at++;
    this.log.debug({ address: connection.address, next: this.current().address, error }, 'etcd unavailable');
  }

  /** Tries each server once, a single one twice. Throws the error of the last attempt, as one of ours. */
  async call<Answer>(
    { deadlineMs, repeatable, signal = this.closed }: CallSettings,
    attempt: (connection: EtcdConnection, options: Required<CallOptions>) => Promise<Answer>,
  ): Promise<Answer> {
    const end = this.clock.monotonic() + deadlineMs;
    const servers = this.connections.length;
    for (let tried = 0; ; tried++) {
      this.checkOpen();
      const connection = this.current();
      const leftMs = Math.max(0, end - this.clock.monotonic());
      try {
        // A server that swallows requests must leave time for the others.
        const attemptMs = leftMs / Math.max(1, servers - tried);
        return await attempt(connection, { signal, deadlineMs: attemptMs });
      } catch (failure) {
        const error = errorFromEtcd(failure);
        if (!isKind(error, 'unavailable')) throw error;
        if (signal.aborted) throw error;
        this.failed(connection, error);
        const again = repeatable || wasNotSent(failure);
        if (!again || tried + 1 >= Math.max(2, servers) || this.clock.monotonic() >= end) throw error;
      }
    }
  }

  checkOpen(): void {
    if (this.closed.aborted) throw new Unavailable('this metastore client is closed: open another');
  }
}

function connectTo(address: string): EtcdConnection {
  const reads = new ByteClient(address);
  const writes = new ByteClient(address);
  const { range, txn } = etcd.KVService;
  const { leaseGrant, leaseRevoke } = etcd.LeaseService;
  const watches = connectStreams(etcd.WatchService, address);
  const keepAlives = connectStreams(etcd.LeaseService, address);
  return {
    address,
    range: async (request, options) => {
      const message = etcd.RangeRequest.encode(etcd.RangeRequest.fromPartial(request)).finish();
      return new RangeAnswer(await reads.call(range.path, message, options));
    },
    txn: callOf(writes, txn),
    leaseGrant: callOf(writes, leaseGrant),
    leaseRevoke: callOf(writes, leaseRevoke),
    openWatch: () => watches.open('watch'),
    openKeepAlive: () => keepAlives.open('leaseKeepAlive'),
    close() {
      for (const client of [reads, writes, watches, keepAlives]) client.close();
    },
  };
}

function callOf<Request, Response>(
  client: ByteClient,
  {
    path,
    requestSerialize,
    responseDeserialize,
  }: {
    readonly path: string;
    readonly requestSerialize: (request: Request) => Buffer;
    readonly responseDeserialize: (bytes: Buffer) => Response;
  },
): (request: Request, options: CallOptions) => Promise<Response> {
  return async (request, options) =>
    responseDeserialize(await client.call(path, requestSerialize(request), options));
}
