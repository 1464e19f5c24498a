import { crc32 } from '@millrace/core';

/**
 * One record of a segment file. Header, little-endian: magic u32, kind u8 and three zero bytes, writer u64, sequence u32, payload length
 * u32, CRC-32 of the header before it and of the payload; then the payload.
 */
export const frameHeaderBytes = 28;

const magic = 0x434c524d;
const magicBytes = Buffer.from([0x4d, 0x52, 0x4c, 0x43]);
const crcAt = 24;

export type FrameKind = 'message' | 'seal';
const kindCodes = { message: 1, seal: 2 } as const satisfies Record<FrameKind, number>;

/** Who wrote a frame: a writer is a random number of its process, a sequence counts its frames. */
export interface FrameOrigin {
  readonly writer: bigint;
  readonly sequence: number;
}

export interface Frame extends FrameOrigin {
  readonly kind: FrameKind;
  /** Place of its first byte in the buffer it was read from. */
  readonly start: number;
  readonly end: number;
  /** A view of the buffer it was read from. */
  readonly payload: Uint8Array;
}

export function frameHeader(kind: FrameKind, origin: FrameOrigin, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(frameHeaderBytes);
  header.writeUInt32LE(magic, 0);
  header.writeUInt8(kindCodes[kind], 4);
  header.writeBigUInt64LE(origin.writer, 8);
  header.writeUInt32LE(origin.sequence >>> 0, 16);
  header.writeUInt32LE(payload.length, 20);
  header.writeUInt32LE(checksum(header, payload), crcAt);
  return header;
}

/** What is at a place of a buffer: a whole frame, the beginning of something that may become one, or bytes that are none. */
export type Parsed = Frame | 'incomplete' | 'broken';

export function parseFrame(buffer: Buffer, start: number, payloadBytesMax: number): Parsed {
  if (buffer.length - start < frameHeaderBytes) {
    const there = buffer.subarray(start, start + 4);
    return there.equals(magicBytes.subarray(0, there.length)) ? 'incomplete' : 'broken';
  }
  if (buffer.readUInt32LE(start) !== magic) return 'broken';
  const kind = kindOf(buffer.readUInt8(start + 4));
  const length = buffer.readUInt32LE(start + 20);
  if (kind === undefined || length > payloadBytesMax) return 'broken';
  const end = start + frameHeaderBytes + length;
  if (buffer.length < end) return 'incomplete';
  const header = buffer.subarray(start, start + frameHeaderBytes);
  const payload = buffer.subarray(start + frameHeaderBytes, end);
  if (header.readUInt32LE(crcAt) !== checksum(header, payload)) return 'broken';
  return { kind, start, end, payload, writer: header.readBigUInt64LE(8), sequence: header.readUInt32LE(16) };
}

/** The next place behind `from` where a frame could begin; the end of the buffer, less a possible beginning, where there is none. */
export function nextCandidate(buffer: Buffer, from: number): number {
  const found = buffer.indexOf(magicBytes, from);
  if (found >= 0) return found;
  return Math.max(from, buffer.length - (magicBytes.length - 1));
}

function kindOf(code: number): FrameKind | undefined {
  if (code === kindCodes.message) return 'message';
  return code === kindCodes.seal ? 'seal' : undefined;
}

function checksum(header: Buffer, payload: Uint8Array): number {
  return crc32(payload, crc32(header.subarray(0, crcAt)));
}
