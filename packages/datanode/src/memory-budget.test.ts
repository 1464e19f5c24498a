import { describe, expect, it } from 'vitest';
import { MemoryBudget } from './memory-budget.ts';

const never = new AbortController().signal;

describe('memory budget', () => {
  it('has room below its mark, and as long as not too much is on its way into the store', () => {
    const budget = new MemoryBudget(1000, 0.5, 100);
    budget.take(499);
    expect([budget.hasRoom, budget.isHigh]).toEqual([true, false]);
    budget.take(1);
    expect([budget.hasRoom, budget.isHigh]).toEqual([false, true]);
    budget.give(400);
    budget.sync(100);
    expect([budget.hasRoom, budget.isHigh]).toEqual([false, false]);
    budget.sync(-1);
    expect(budget.hasRoom).toBe(true);
  });

  it('lets those who wait go on when there is room again, whatever made it', async () => {
    const budget = new MemoryBudget(1000, 0.5, 100);
    budget.take(600);
    budget.sync(100);
    const waiting = budget.whenRoom(never);
    budget.give(200);
    expect(await Promise.race([waiting, Promise.resolve('still waiting')])).toBe('still waiting');
    budget.sync(-50);
    expect(await waiting).toBe(true);
  });

  it('keeps nobody who is stopped', async () => {
    const budget = new MemoryBudget(1000, 0.5, 100);
    budget.take(1000);
    const stop = new AbortController();
    const waiting = budget.whenRoom(stop.signal);
    stop.abort();
    expect(await waiting).toBe(false);
  });

  it('remembers the most that was ever held', () => {
    const budget = new MemoryBudget(1000, 0.5, 100);
    budget.take(300);
    budget.give(200);
    budget.take(50);
    expect([budget.bytes, budget.peakBytes]).toEqual([150, 300]);
  });
});
