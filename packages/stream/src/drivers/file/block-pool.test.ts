import { Internal } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { BlockPool } from './block-pool.ts';

describe('blocks of a log reader', () => {
  it('are used again when the last of their holders has given them back', () => {
    const pool = new BlockPool(1000, 4);
    const block = pool.take(10);
    block.retain();
    block.release();
    expect(pool.take(10).bytes).not.toBe(block.bytes);
    block.release();
    expect(pool.take(10).bytes).toBe(block.bytes);
  });

  it('are as large as asked for; larger ones are not kept', () => {
    const pool = new BlockPool(1000, 4);
    const block = pool.take(1001);
    expect(block.bytes.length).toBe(1001);
    block.release();
    expect(pool.take(1001).bytes).not.toBe(block.bytes);
  });

  it('refuse to be given back more often than they are held', () => {
    const block = new BlockPool(1000, 4).take(1);
    block.release();
    expect(() => block.release()).toThrow(Internal);
  });
});
