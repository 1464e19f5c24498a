import { describe, expect, it } from 'vitest';
import { shardOfInt64, shardOfVarchar } from './shard.ts';

/** So many shards that the shard is the hash itself. */
const all = 2 ** 32;

describe('the shard of a primary key', () => {
  it.each([
    [0n, 1669671676],
    [1n, 1392991556],
    [2n, 1176478452],
    [100n, 1177227376],
    [-1n, 1651860712],
    [9007199254740993n, 173845766],
  ])('hashes int64 %s as Milvus does', (key, hash) => {
    expect(shardOfInt64(key, all)).toBe(hash);
  });

  it.each([
    ['a', 3904355907],
    ['milvus', 725768567],
    ['0123456789', 2793719750],
    ['', 0],
  ])("hashes varchar '%s' as Milvus does", (key, hash) => {
    expect(shardOfVarchar(key, all)).toBe(hash);
  });

  it('of a long varchar depends on its first 100 bytes alone', () => {
    expect(shardOfVarchar(`${'x'.repeat(100)}a`, 7)).toBe(shardOfVarchar(`${'x'.repeat(100)}b`, 7));
  });
});
