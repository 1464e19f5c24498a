import { describe, expect, it } from 'vitest';
import { SharedMemory } from './shared-memory.ts';

describe('shared memory of columns', () => {
  it('is what threads can share, and at least as large as asked for', () => {
    const memory = new SharedMemory(0);
    for (const bytes of [1, 4096, 5000, 2 ** 20, 2 ** 20 + 1, 18 * 2 ** 20]) {
      const { buffer, length } = memory.allocate(bytes);
      expect(buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(length).toBeGreaterThanOrEqual(bytes);
    }
  });

  it('is used again for what is of about the same size', () => {
    const memory = new SharedMemory(2 ** 26);
    const first = memory.allocate(17 * 2 ** 20 + 5);
    memory.free(first);
    expect(memory.allocate(18 * 2 ** 20).buffer).toBe(first.buffer);
    expect(memory.allocate(18 * 2 ** 20).buffer).not.toBe(first.buffer);
  });

  it('keeps no more for later use than it is allowed to', () => {
    const memory = new SharedMemory(2 ** 20);
    const [first, second] = [memory.allocate(2 ** 20), memory.allocate(2 ** 20)];
    memory.free(first);
    memory.free(second);
    expect(memory.allocate(2 ** 20).buffer).toBe(first.buffer);
    expect(memory.allocate(2 ** 20).buffer).not.toBe(second.buffer);
  });
});
