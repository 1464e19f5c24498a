import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { status as grpcStatus } from '@grpc/grpc-js';
import type { LongContent } from './encoded-answer.ts';
import { framed, framePrefix, GrpcFailure, MessageReader, statusMessage, timeoutMs } from './grpc-wire.ts';
import type { CallContext } from './method.ts';

type Answer = Uint8Array | LongContent;

/** What a server does with the message of a call: the answer's bytes. Rejects with GrpcFailure for a gRPC status. */
export type AnswerCall = (message: Buffer, context: CallContext) => Answer | Promise<Answer>;

const contentType = 'application/grpc';
const answerHeaders = { ':status': 200, 'content-type': contentType };
const answerOptions = { waitForTrailers: true };
const success = { 'grpc-status': '0' };

/** Reads the request of a unary call and sends what comes of it. Everything that can go wrong ends the call, never more. */
export function serveUnary(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  answer: AnswerCall,
  bytesMax: number,
): void {
  const call = new UnaryCall(stream, headers);
  const reader = new MessageReader(bytesMax);
  stream.on('data', (chunk: Buffer) => {
    if (call.answered) return;
    try {
      reader.push(chunk);
    } catch (error) {
      call.fail(error);
    }
  });
  stream.on('end', () => {
    if (call.answered) return;
    try {
      const message = reader.take(textOf(headers['grpc-encoding']));
      if (message instanceof Promise)
        message.then((bytes) => call.answer(answer, bytes)).catch((error: unknown) => call.fail(error));
      else call.answer(answer, message);
    } catch (error) {
      call.fail(error);
    }
  });
}

/** Ends a call without looking at its request. */
export function refuseUnary(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  failure: GrpcFailure,
): void {
  stream.resume();
  new UnaryCall(stream, headers).fail(failure);
}

/** One call: what its handler sees of it, and how it ends. Most calls are answered before anybody could lose patience: deadline and signal are made when they are asked for. */
class UnaryCall implements CallContext {
  answered = false;
  private readonly stream: ServerHttp2Stream;
  private readonly headers: IncomingHttpHeaders;
  private aborter: AbortController | undefined;
  private deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.stream = stream;
    this.headers = headers;
    stream.on('error', ignored);
  }

  get signal(): AbortSignal {
    if (this.aborter !== undefined) return this.aborter.signal;
    const aborter = new AbortController();
    this.aborter = aborter;
    const { stream } = this;
    if (stream.destroyed || stream.closed) aborter.abort();
    const ms = timeoutMs(textOf(this.headers['grpc-timeout']));
    if (ms !== undefined) this.deadline = setTimeout(() => aborter.abort(), ms);
    stream.on('close', () => {
      clearTimeout(this.deadline);
      if (!this.answered) aborter.abort();
    });
    return aborter.signal;
  }

  get peer(): string {
    const socket = this.stream.session?.socket;
    return `${socket?.remoteAddress ?? ''}:${socket?.remotePort ?? ''}`;
  }

  answer(answer: AnswerCall, message: Buffer): void {
    const result = answer(message, this);
    if (result instanceof Promise)
      result.then(
        (bytes) => this.send(bytes),
        (error: unknown) => this.fail(error),
      );
    else this.send(result);
  }

  /** Ends the call without an answer. */
  fail(error: unknown): void {
    const { stream } = this;
    if (this.answered || stream.destroyed) return;
    this.answered = true;
    const failure =
      error instanceof GrpcFailure
        ? error
        : new GrpcFailure(grpcStatus.INTERNAL, error instanceof Error ? error.message : String(error));
    const status = { 'grpc-status': String(failure.code), 'grpc-message': statusMessage(failure.message) };
    stream.respond({ ...answerHeaders, ...status }, { endStream: true });
    // What of the request is still coming is not wanted.
    if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
  }

  private send(answer: Answer): void {
    const { stream } = this;
    if (this.answered || stream.destroyed) return;
    if (!(answer instanceof Uint8Array)) {
      // A handler's own error is told where its pieces are made; a broken stream has nobody left to tell.
      this.sendPieces(answer).catch(() => {
        if (!stream.destroyed) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      });
      return;
    }
    this.answered = true;
    stream.respond(answerHeaders, answerOptions);
    stream.on('wantTrailers', sendSuccess);
    stream.end(framed(answer));
  }

  /** As fast as the peer takes them, until its deadline. */
  private async sendPieces({ bytes, pieces }: LongContent): Promise<void> {
    const { stream, signal } = this;
    this.answered = true;
    signal.addEventListener('abort', () => stream.close(constants.NGHTTP2_CANCEL));
    const closed = new Promise<never>((_, reject) => stream.once('close', () => reject(new Error('closed'))));
    closed.catch(ignored);
    stream.respond(answerHeaders, answerOptions);
    stream.on('wantTrailers', sendSuccess);
    let sent = written(stream, framePrefix(bytes));
    for await (const piece of pieces) {
      await Promise.race([sent, closed]);
      sent = written(stream, piece);
    }
    stream.end();
    await Promise.race([sent, closed]);
  }
}

/** Resolves when the bytes may be overwritten. */
function written(stream: ServerHttp2Stream, bytes: Uint8Array): Promise<void> {
  const sent = new Promise<void>((resolve, reject) => {
    stream.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
  // Thrown where it is awaited; until then nobody listens.
  sent.catch(ignored);
  return sent;
}

function sendSuccess(this: ServerHttp2Stream): void {
  this.sendTrailers(success);
}

/** A stream that breaks is closed: that is all there is to do. */
function ignored(): void {}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}
