import type { IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2';
import { status as grpcStatus } from '@grpc/grpc-js';
import { GrpcFailure, prefixBytes } from './grpc-wire.ts';
import { serverMessageBytesMax } from './limits.ts';

type AnswerHeaders = IncomingHttpHeaders & IncomingHttpStatusHeader;

/** Gathers the one message of a unary answer where its caller wants it. Throws GrpcFailure for what is none, and for a status that is not OK. */
export class AnswerReader {
  private readonly memory: (bytes: number) => Buffer;
  private readonly prefix = Buffer.allocUnsafe(prefixBytes);
  private prefixed = 0;
  private message: Buffer | undefined;
  private length = 0;
  private received = 0;
  private headers: AnswerHeaders = {};

  constructor(memory: (bytes: number) => Buffer) {
    this.memory = memory;
  }

  /** Headers before the message, trailers behind it, or both in one when there is none. */
  head(headers: AnswerHeaders): void {
    this.headers = { ...this.headers, ...headers };
  }

  push(bytes: Buffer): void {
    let from = 0;
    if (this.message === undefined) {
      from = bytes.copy(this.prefix, this.prefixed);
      this.prefixed += from;
      if (this.prefixed < prefixBytes) return;
      this.message = this.begin();
    }
    if (this.received + bytes.length - from > this.length)
      throw new GrpcFailure(grpcStatus.INTERNAL, 'a unary answer has one message, this one has more');
    this.received += bytes.copy(this.message, this.received, from);
  }

  /** The message, when the answer is over. */
  take(): Buffer {
    const { 'grpc-status': status, 'grpc-message': text = '', ':status': http } = this.headers;
    if (http === undefined) throw new GrpcFailure(grpcStatus.UNAVAILABLE, 'the connection was lost');
    if (status === undefined)
      throw new GrpcFailure(
        grpcStatus.UNAVAILABLE,
        http === 200 ? 'the answer was cut' : `no gRPC server: it answers HTTP status ${http}`,
      );
    if (status !== '0') throw new GrpcFailure(Number(status), unescaped(String(text)));
    if (this.message === undefined || this.received < this.length)
      throw new GrpcFailure(
        grpcStatus.INTERNAL,
        `the answer ends within its message, at byte ${this.received}`,
      );
    return this.message.subarray(0, this.length);
  }

  private begin(): Buffer {
    if (this.prefix[0] !== 0)
      throw new GrpcFailure(grpcStatus.INTERNAL, 'the answer is compressed, which was not asked for');
    this.length = this.prefix.readUInt32BE(1);
    if (this.length > serverMessageBytesMax)
      throw new GrpcFailure(
        grpcStatus.RESOURCE_EXHAUSTED,
        `an answer of ${this.length} bytes: at most ${serverMessageBytesMax} are received`,
      );
    return this.memory(this.length);
  }
}

/** Of a `grpc-message`; as it came, where it is not escaped as it should be. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
