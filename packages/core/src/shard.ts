import { crc32 } from './crc32.ts';

/** Bytes of a varchar key that are hashed. Source: spec datanode-and-formats §9.2. */
const varcharHashBytesMax = 100;

/** The shard, 0 to `shards` - 1, that rows and deletes of an int64 key go to: murmur3 x86-32 of its 8 little-endian bytes. */
export function shardOfInt64(key: bigint, shards: number): number {
  return (hashInt64(key) & 0x7fffffff) % shards;
}

/** The shard of a varchar key: CRC-32 of its first 100 UTF-8 bytes. */
export function shardOfVarchar(key: string, shards: number): number {
  return crc32(utf8.encode(key).subarray(0, varcharHashBytesMax)) % shards;
}

const utf8 = new TextEncoder();

function hashInt64(key: bigint): number {
  const bits = BigInt.asUintN(64, key);
  let hash = mixBlock(0, Number(bits & 0xffffffffn));
  hash = mixBlock(hash, Number(bits >> 32n));
  hash ^= 8;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mixBlock(hash: number, block: number): number {
  const k = Math.imul(rotateLeft(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593);
  return (Math.imul(rotateLeft(hash ^ k, 13), 5) + 0xe6546b64) | 0;
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
