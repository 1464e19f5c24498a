import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { status as grpcStatus } from '@grpc/grpc-js';
import { Internal, Invalid, type Logger, MillraceError } from '@millrace/core';
import { statusFromError } from '@millrace/proto';
import { describeError } from '../log.ts';
import { AnswerTooLarge, EncodedAnswer, type LongContent } from './encoded-answer.ts';
import { GrpcFailure } from './grpc-wire.ts';
import { flowControlWindowBytes, keepAliveMs, keepAliveTimeoutMs, serverMessageBytesMax } from './limits.ts';
import type { HandlersOf, MethodDefinition, ServiceDefinition } from './method.ts';
import { type AnswerCall, refuseUnary, serveUnary } from './unary-stream.ts';

/** Where a server listens and how it stops. The port is given to `listen`. */
export interface RpcServerSettings {
  readonly log: Logger;
  /** Host to listen on. Default: all interfaces, as the original does. */
  readonly host?: string;
  /** Time that calls under way get to finish when the server stops. Default: 5000. */
  readonly graceMs?: number;
}

type Handler = (request: unknown, context: Parameters<AnswerCall>[1]) => unknown;

/**
 * A gRPC server of one process: services are added, then it listens. Unary calls only, on Node's own HTTP/2: a call costs it half of what it
 * costs the server of grpc-js, whose client stays the other half.
 */
export class RpcServer {
  private readonly server: Http2Server;
  private readonly settings: RpcServerSettings;
  private readonly methods = new Map<string, AnswerCall>();
  private readonly sessions = new Set<ServerHttp2Session>();

  constructor(settings: RpcServerSettings) {
    this.settings = settings;
    this.server = createServer({
      settings: { initialWindowSize: flowControlWindowBytes, enablePush: false },
      // Megabytes; what a call may hold is bounded by the size of its message.
      maxSessionMemory: Number.MAX_SAFE_INTEGER,
    });
    this.server.on('session', (session) => this.keep(session));
    this.server.on('sessionError', (error) =>
      settings.log.debug({ error: describeError(error) }, 'session broke'),
    );
    this.server.on('stream', (stream, headers) => this.take(stream, headers));
  }

  /** Serves the methods that have a handler; a method that was added before is replaced. Streaming methods are passed over. */
  add<Service extends ServiceDefinition>(service: Service, handlers: HandlersOf<Service>): void {
    const table = handlers as Readonly<Record<string, Handler | undefined>>;
    for (const [name, method] of Object.entries(service)) {
      const handler = table[name];
      if (handler === undefined || method.requestStream || method.responseStream) continue;
      this.methods.set(
        method.path,
        answering(this.settings.log, method as unknown as MethodDefinition<object, object>, handler),
      );
    }
  }

  /** Listens on the port (0: any free one) and returns the one it got. A port in use is Invalid. */
  listen(port: number): Promise<number> {
    const host = this.settings.host ?? '0.0.0.0';
    return new Promise((resolve, reject) => {
      const failed = (error: Error) =>
        reject(
          new Invalid(
            `cannot listen on ${host}:${port}: ${error.message}. Choose another port or end its user`,
            { cause: error },
          ),
        );
      this.server.once('error', failed);
      this.server.listen(port, host, () => {
        this.server.off('error', failed);
        this.server.on('error', (error) =>
          this.settings.log.error({ error: describeError(error) }, 'server broke'),
        );
        const address: AddressInfo | string | null = this.server.address();
        if (address === null || typeof address === 'string')
          reject(new Internal(`${host}:${port} has no port to tell of`));
        else resolve(address.port);
      });
    });
  }

  /** Refuses new calls, lets those under way finish within the grace time, then cuts them off. */
  async stop(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const session of this.sessions) session.close();
    const cut = setTimeout(() => {
      for (const session of this.sessions) session.destroy();
    }, this.settings.graceMs ?? 5_000);
    await closed;
    clearTimeout(cut);
  }

  /** A caller that vanished without a word is found by a ping. */
  private keep(session: ServerHttp2Session): void {
    this.sessions.add(session);
    session.setLocalWindowSize(flowControlWindowBytes);
    const pings = setInterval(() => {
      const late = setTimeout(() => session.destroy(), keepAliveTimeoutMs);
      late.unref();
      if (!session.ping(() => clearTimeout(late))) clearTimeout(late);
    }, keepAliveMs);
    pings.unref();
    session.on('close', () => {
      clearInterval(pings);
      this.sessions.delete(session);
    });
    session.on('error', (error) => this.settings.log.debug({ error: describeError(error) }, 'session broke'));
  }

  private take(stream: ServerHttp2Stream, headers: Parameters<Http2Server['emit']>[2]): void {
    const type = String(headers['content-type'] ?? '');
    if (headers[':method'] !== 'POST' || !type.startsWith('application/grpc')) {
      stream.on('error', () => undefined);
      stream.respond({ ':status': 415 }, { endStream: true });
      return;
    }
    const path = String(headers[':path'] ?? '');
    const answer = this.methods.get(path);
    if (answer !== undefined) serveUnary(stream, headers, answer, serverMessageBytesMax);
    else {
      const [, service = '', method = ''] = path.split('/');
      const text = `unknown method ${method} for service ${service}`;
      refuseUnary(stream, headers, new GrpcFailure(grpcStatus.UNIMPLEMENTED, text));
    }
  }
}

/** From the bytes of a request to those of its answer: an error becomes the Status of its kind where the answer has one. */
function answering(log: Logger, method: MethodDefinition<object, object>, handler: Handler): AnswerCall {
  const empty = method.responseDeserialize(Buffer.alloc(0));
  const answered = isStatus(empty)
    ? { ...empty, errorCode: 0, reason: '' }
    : 'status' in empty
      ? { ...empty, status: { errorCode: 0, reason: '' } }
      : empty;
  const encoded = (answer: unknown): Uint8Array | LongContent => {
    if (answer instanceof EncodedAnswer) {
      const { content } = answer;
      return content instanceof Uint8Array ? content : { bytes: content.bytes, pieces: told(content) };
    }
    if (typeof answer !== 'object' || answer === null)
      return failed(new Internal(`${method.path} answered nothing`));
    return method.responseSerialize({ ...answered, ...answer });
  };
  async function* told({ pieces }: LongContent): AsyncGenerator<Uint8Array> {
    try {
      yield* pieces;
    } catch (error) {
      log.error({ method: method.path, error: describeError(error) }, 'answer broken off');
      throw error;
    }
  }
  const failed = (error: unknown): Uint8Array => {
    // A Milvus code came with the answer of a peer: its fault, which its own log tells.
    const known =
      error instanceof MillraceError && (error.kind !== 'internal' || error.milvusCode !== undefined);
    log[known ? 'debug' : 'error']({ method: method.path, error: describeError(error) }, 'call failed');
    const status = statusFromError(error);
    if (error instanceof AnswerTooLarge) throw new GrpcFailure(grpcStatus.RESOURCE_EXHAUSTED, status.reason);
    if (isStatus(empty)) return method.responseSerialize(status);
    if ('status' in empty) return method.responseSerialize({ ...empty, status });
    throw new GrpcFailure(grpcStatus.INTERNAL, status.reason);
  };
  return (message, context) => {
    let request: object;
    try {
      request = method.requestDeserialize(message);
    } catch (error) {
      throw new GrpcFailure(grpcStatus.INTERNAL, `error deserializing request: ${describeError(error)}`);
    }
    try {
      const answer = handler(request, context);
      return answer instanceof Promise ? answer.then(encoded, failed) : encoded(answer);
    } catch (error) {
      return failed(error);
    }
  };
}

function isStatus(empty: object): boolean {
  return 'errorCode' in empty && 'reason' in empty;
}
