import { Client, type ClientDuplexStream, credentials, Metadata } from '@grpc/grpc-js';
import { Unavailable } from '@millrace/core';
import { type common, errorFromStatus } from '@millrace/proto';
import { errorFromGrpc } from './grpc-error.ts';
import { clientOptions, defaultDeadlineMs } from './limits.ts';
import type {
  AnyMethod,
  CallOptions,
  ClientOf,
  MethodDefinition,
  RequestOf,
  ResponseOf,
  ServiceDefinition,
} from './method.ts';

/** How patient a client is. All may be missing. */
export interface ClientSettings {
  /** Deadline of a call that names none. Default: `defaultDeadlineMs`. */
  readonly deadlineMs?: number;
  /**
   * Whether it asks the server if it lives also while no call is under way, so that a dead connection is known before the next call. Default:
   * yes; some servers close the connection of a client that does.
   */
  readonly pingsAtRest?: boolean;
}

/** A client and the connection under it. Who made it closes it. */
export interface RpcClient<Service> {
  readonly call: ClientOf<Service>;
  close(): void;
}

/** A client of one address (`host:port`, plaintext). Connects on first use and reconnects by itself. */
export function connect<Service extends ServiceDefinition>(
  service: Service,
  address: string,
  settings: ClientSettings = {},
): RpcClient<Service> {
  const channel = new Client(address, credentials.createInsecure(), {
    ...clientOptions,
    'grpc.keepalive_permit_without_calls': settings.pingsAtRest === false ? 0 : 1,
  });
  const calls: Record<string, unknown> = {};
  for (const [name, method] of Object.entries(service)) {
    if (method.requestStream || method.responseStream) continue;
    calls[name] = (request: object, options: CallOptions = {}) =>
      unary(channel, method, request, options, settings);
  }
  // The loop above builds exactly the members of ClientOf, which a type cannot follow.
  return { call: calls as ClientOf<Service>, close: () => channel.close() };
}

function unary(
  channel: Client,
  method: AnyMethod,
  request: object,
  options: CallOptions,
  settings: ClientSettings,
): Promise<unknown> {
  // The caller's types tie request and method together; here they are only passed on.
  const definition = method as unknown as MethodDefinition<object, object>;
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true)
      return reject(new Unavailable(`${method.path}: stopped before it was sent`));
    const deadline = Date.now() + (options.deadlineMs ?? settings.deadlineMs ?? defaultDeadlineMs);
    const call = channel.makeUnaryRequest<object, object>(
      definition.path,
      definition.requestSerialize,
      definition.responseDeserialize,
      { ...emptyRequest(definition), ...request },
      new Metadata(),
      { deadline },
      (error, response) => {
        signal?.removeEventListener('abort', cancel);
        if (error !== null) reject(errorFromGrpc(method.path, channel.getChannel().getTarget(), error));
        else if (response === undefined) reject(new Unavailable(`${method.path}: no answer`));
        else resolve(response);
      },
    );
    const cancel = () => call.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
  });
}

const emptyRequests = new WeakMap<object, object>();
const emptyBytes = Buffer.alloc(0);

function emptyRequest(definition: MethodDefinition<object, object>): object {
  let empty = emptyRequests.get(definition);
  if (empty === undefined) {
    empty = definition.requestDeserialize(emptyBytes);
    emptyRequests.set(definition, empty);
  }
  return empty;
}

/** The answer, or the error that its Status (or itself, where the answer is a bare Status) carries. */
export function checked<Answer extends { readonly status: common.Status | undefined } | common.Status>(
  answer: Answer,
): Answer {
  const error = errorFromStatus('errorCode' in answer ? answer : answer.status);
  if (error !== undefined) throw error;
  return answer;
}

/** One stream: written to and read from as a Node stream of requests and answers. */
export type BidiStream<Method> = ClientDuplexStream<RequestOf<Method>, ResponseOf<Method>>;

/** A client of streams and the connection under it, which its maker closes. */
export interface StreamClient<Service> {
  /** A bidirectional stream; end it with `.cancel()`. */
  open<Name extends keyof Service>(method: Name): BidiStream<Service[Name]>;
  close(): void;
}

/** For services whose methods are bidirectional streams, such as etcd's Watch. */
export function connectStreams<Service extends ServiceDefinition>(
  service: Service,
  address: string,
): StreamClient<Service> {
  const channel = new Client(address, credentials.createInsecure(), clientOptions);
  return {
    open(name) {
      const method = service[name];
      const definition = method as unknown as MethodDefinition<
        RequestOf<typeof method>,
        ResponseOf<typeof method>
      >;
      return channel.makeBidiStreamRequest(
        definition.path,
        definition.requestSerialize,
        definition.responseDeserialize,
      );
    },
    close: () => channel.close(),
  };
}
