import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { status as grpcStatus } from '@grpc/grpc-js';

/** A call that ends with a gRPC status instead of an answer. */
export class GrpcFailure extends Error {
  override readonly name = 'GrpcFailure';
  readonly code: grpcStatus;
  readonly details: string;

  constructor(code: grpcStatus, message: string) {
    super(message);
    this.code = code;
    this.details = message;
  }
}

/** Before each message: whether it is compressed, and its length. Source: gRPC over HTTP/2, Length-Prefixed-Message. */
export const prefixBytes = 5;

/** A message as it goes out: not compressed. */
export function framed(message: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(prefixBytes + message.length);
  writePrefix(bytes, message.length);
  bytes.set(message, prefixBytes);
  return bytes;
}

/** What goes out before the pieces of a message. */
export function framePrefix(messageBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(prefixBytes);
  writePrefix(bytes, messageBytes);
  return bytes;
}

function writePrefix(bytes: Buffer, messageBytes: number): void {
  bytes[0] = 0;
  bytes.writeUInt32BE(messageBytes, 1);
}

/** Gathers the one message of a unary request. Throws GrpcFailure as soon as it is too long, or more than one. */
export class MessageReader {
  private readonly bytesMax: number;
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private wanted: number | undefined;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    this.wanted ??= this.lengthOf();
    if (this.wanted !== undefined && this.bytes > this.wanted)
      throw new GrpcFailure(grpcStatus.INTERNAL, 'a unary request has one message, this one has more');
  }

  /** The message, decompressed. @param encoding the `grpc-encoding` of the request */
  take(encoding: string | undefined): Buffer | Promise<Buffer> {
    if (this.wanted === undefined || this.bytes < this.wanted)
      throw new GrpcFailure(
        grpcStatus.INTERNAL,
        `the request ends within its message, at byte ${this.bytes}`,
      );
    const [first = Buffer.alloc(0)] = this.chunks;
    const all = this.chunks.length > 1 ? Buffer.concat(this.chunks) : first;
    const message = all.subarray(prefixBytes);
    return all[0] === 0 ? message : decompressed(message, encoding, this.bytesMax);
  }

  private lengthOf(): number | undefined {
    if (this.bytes < prefixBytes) return undefined;
    const head = this.chunks[0];
    const prefix = head !== undefined && head.length >= prefixBytes ? head : Buffer.concat(this.chunks);
    const length = prefix.readUInt32BE(1);
    if (length > this.bytesMax) throw tooLarge(length, this.bytesMax);
    return prefixBytes + length;
  }
}

const decompressors = { gzip: promisify(gunzip), deflate: promisify(inflate) } as const;

async function decompressed(
  message: Buffer,
  encoding: string | undefined,
  bytesMax: number,
): Promise<Buffer> {
  if (encoding !== 'gzip' && encoding !== 'deflate')
    throw new GrpcFailure(
      grpcStatus.UNIMPLEMENTED,
      `compression ${encoding ?? 'without a name'} is not supported`,
    );
  try {
    return await decompressors[encoding](message, { maxOutputLength: bytesMax });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(bytesMax + 1, bytesMax);
    throw new GrpcFailure(grpcStatus.INTERNAL, `the request is not ${encoding}`);
  }
}

function tooLarge(length: number, bytesMax: number): GrpcFailure {
  return new GrpcFailure(
    grpcStatus.RESOURCE_EXHAUSTED,
    `received message larger than max (${length} vs. ${bytesMax})`,
  );
}

const unitMs: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** Milliseconds in a `grpc-timeout` such as `100m`; undefined for none, or for what is none. */
export function timeoutMs(header: string | undefined): number | undefined {
  const match = /^(\d{1,8})([HMSmun])$/.exec(header ?? '');
  const unit = unitMs[match?.[2] ?? ''];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** `grpc-message`: percent-encoded UTF-8. Source: gRPC over HTTP/2, Status-Message. */
export function statusMessage(text: string): string {
  let encoded = '';
  for (const byte of Buffer.from(text)) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    encoded += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}
