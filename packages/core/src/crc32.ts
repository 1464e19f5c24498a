import { crc32 as native } from '@node-rs/crc32';

/**
 * CRC-32 of bytes, IEEE as in zlib: 0 to 2^32 - 1. `before` is that of the bytes they continue. A library of its own, because it sums up three
 * times what `node:zlib` does, and every row of the write path is summed up twice.
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  return native(bytes, before);
}
