import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { status as grpcStatus } from '@grpc/grpc-js';
import { Unavailable } from '@millrace/core';
import { AnswerReader } from './answer-reader.ts';
import { errorFromGrpc } from './grpc-error.ts';
import { framed, GrpcFailure } from './grpc-wire.ts';
import { defaultDeadlineMs, flowControlWindowBytes } from './limits.ts';
import type { CallOptions } from './method.ts';

/** How long a caller waits, and where its answer goes. */
export interface ByteCallOptions extends CallOptions {
  /**
   * Gives memory of at least so many bytes to receive the answer into, which lies at its beginning. By default it is new. Nothing is written
   * to it any more when the call has ended, however it did.
   */
  readonly memory?: (bytes: number) => Buffer;
}

/** The cause of a call's error where nothing of it left this process: even one that must not be done twice may be called again. */
export class NotSent extends GrpcFailure {}

/** `grpc-timeout` has eight digits. */
const timeoutMsMax = 99_999_999;

/** A connection, and what was heard of it. */
interface Connection {
  readonly session: ClientHttp2Session;
  /** Grows with everything that comes. */
  heard: number;
}

/**
 * Unary calls of bytes to one address (`host:port`, plaintext), for 55 to 80 % of the CPU of grpc-js' client, and answered into memory of
 * the caller's where it gives some: for calls that are made all the time, and for answers of megabytes that follow each other. Connects on first
 * use, and again after a connection was lost. Who made it closes it.
 */
export class ByteClient {
  private readonly address: string;
  private connection: Connection | undefined;
  private isClosed = false;

  constructor(address: string) {
    this.address = address;
  }

  /** The bytes of the answer. Rejects as `ClientOf` says, with gRPC's code and details in the cause, which may be a NotSent. */
  async call(path: string, message: Uint8Array, options: ByteCallOptions = {}): Promise<Buffer> {
    if (options.signal?.aborted === true) throw new Unavailable(`${path}: stopped before it was sent`);
    try {
      if (this.isClosed) throw new NotSent(grpcStatus.UNAVAILABLE, 'this client is closed');
      return await received(this.connected(), path, message, options);
    } catch (error) {
      throw errorFromGrpc(path, this.address, asFailure(error));
    }
  }

  close(): void {
    this.isClosed = true;
    this.connection?.session.destroy();
  }

  private connected(): Connection {
    const { connection } = this;
    if (connection !== undefined && !connection.session.closed && !connection.session.destroyed)
      return connection;
    const session = connect(`http://${this.address}`, {
      settings: { enablePush: false, initialWindowSize: flowControlWindowBytes },
      // What comes is taken at once.
      maxSessionMemory: Number.MAX_SAFE_INTEGER,
    });
    session.once('connect', () => session.setLocalWindowSize(flowControlWindowBytes));
    // Each call under way hears of it by itself.
    session.on('error', () => undefined);
    this.connection = { session, heard: 0 };
    return this.connection;
  }
}

/** Sends a request and takes what comes. Rejects with what the stream ended with, or with the GrpcFailure that ended it. */
async function received(
  connection: Connection,
  path: string,
  message: Uint8Array,
  { signal, deadlineMs = defaultDeadlineMs, memory = Buffer.allocUnsafeSlow }: ByteCallOptions,
): Promise<Buffer> {
  const { session, heard } = connection;
  const patienceMs = Math.min(Math.ceil(deadlineMs), timeoutMsMax);
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    'grpc-timeout': `${patienceMs}m`,
    te: 'trailers',
  });
  const answer = new AnswerReader(memory);
  const failures: unknown[] = [];
  const fail = (failure: unknown) => {
    failures.push(failure);
    stream.close(constants.NGHTTP2_CANCEL);
  };
  const cancel = () => fail(new GrpcFailure(grpcStatus.CANCELLED, 'cancelled by the caller'));
  const late = setTimeout(() => {
    fail(new GrpcFailure(grpcStatus.DEADLINE_EXCEEDED, `no answer within ${patienceMs / 1000} s`));
    // The connection may be dead without knowing it: the next call has another.
    if (connection.heard === heard) session.destroy();
  }, patienceMs);
  signal?.addEventListener('abort', cancel, { once: true });
  const take = (part: () => void) => {
    connection.heard++;
    if (failures.length > 0) return;
    try {
      part();
    } catch (error) {
      fail(error);
    }
  };
  stream.on('response', (headers) => take(() => answer.head(headers)));
  stream.on('data', (bytes: Buffer) => take(() => answer.push(bytes)));
  stream.on('trailers', (headers) => take(() => answer.head(headers)));
  stream.on('error', (error) => failures.push(error));
  stream.end(framed(message));
  await new Promise<void>((resolve) => stream.once('close', resolve));
  clearTimeout(late);
  signal?.removeEventListener('abort', cancel);
  if (failures.length > 0) {
    // Before there is a connection, requests wait for it.
    if (!session.connecting) throw failures[0];
    const { code, details } = asFailure(failures[0]);
    throw new NotSent(code, `no connection: ${details}`);
  }
  return answer.take();
}

function asFailure(error: unknown): GrpcFailure {
  if (error instanceof GrpcFailure) return error;
  return new GrpcFailure(grpcStatus.UNAVAILABLE, error instanceof Error ? error.message : String(error));
}
