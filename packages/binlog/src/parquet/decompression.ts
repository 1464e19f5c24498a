import { zstdDecompressSync } from 'node:zlib';
import { Corrupt } from '@millrace/core';
import { codecs } from './physical-type.ts';

/** Output is collected in steps of this size unless the frame confirms its size. */
const stepBytes = 64 * 1024;

/** Unpacks a page. Allocates no more than the frame really yields, and never beyond `size`. @throws Corrupt */
export function decompress(codec: number, stored: Uint8Array, size: number): Uint8Array {
  switch (codec) {
    case codecs.uncompressed:
      if (stored.length !== size) throw damaged(`${stored.length} bytes instead of ${size}`);
      return stored;
    case codecs.zstd:
      return decompressZstd(stored, size);
    default:
      throw damaged(`codec ${codec}, of which Milvus reads none but ZSTD`);
  }
}

function decompressZstd(stored: Uint8Array, size: number): Uint8Array {
  if (size === 0) throw damaged('no content');
  // A chunk that is filled to its last byte makes zlib ask for another one.
  const chunkSize = frameContentSize(stored) === size ? Math.max(size + 1, 64) : stepBytes;
  let page: Uint8Array;
  try {
    page = zstdDecompressSync(stored, { maxOutputLength: size, chunkSize });
  } catch (cause) {
    throw new Corrupt('page of a Parquet payload is no zstd frame of its size: the binlog is damaged', {
      cause,
    });
  }
  if (page.length !== size) throw damaged(`${page.length} bytes instead of ${size}`);
  return page;
}

/** Content size that a zstd frame states in its header (RFC 8878 §3.1.1.1), or undefined where it states none. */
export function frameContentSize(frame: Uint8Array): number | undefined {
  if (frame.length < 14) return sizeInHeader(Buffer.concat([frame, Buffer.alloc(14)]));
  return sizeInHeader(Buffer.from(frame.buffer, frame.byteOffset, frame.length));
}

function sizeInHeader(frame: Buffer): number | undefined {
  if (frame.readUInt32LE(0) !== 0xfd2fb528) return undefined;
  const descriptor = frame.readUInt8(4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const at = 5 + (singleSegment ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  switch (descriptor >> 6) {
    case 0:
      return singleSegment ? frame.readUInt8(at) : undefined;
    case 1:
      return frame.readUInt16LE(at) + 256;
    case 2:
      return frame.readUInt32LE(at);
    default:
      return Number(frame.readBigUInt64LE(at));
  }
}

function damaged(what: string): Corrupt {
  return new Corrupt(`page of a Parquet payload has ${what}: the binlog is damaged`);
}
