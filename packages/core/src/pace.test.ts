import { describe, expect, it } from 'vitest';
import type { Clock } from './clock.ts';
import { Pace } from './pace.ts';

/** Time passes only where a part says so; sleeping is written down. */
function standing(): { clock: Clock; pass: (ms: number) => void; log: string[] } {
  let now = 0;
  const log: string[] = [];
  return {
    log,
    pass: (ms) => {
      now += ms;
    },
    clock: {
      now: () => now,
      monotonic: () => now,
      sleep: async () => {
        log.push('turn');
        return true;
      },
    },
  };
}

describe('Pace', () => {
  it('gives the event loop a turn once the parts together took their slice', async () => {
    const { clock, pass, log } = standing();
    const pace = new Pace(clock, 10);
    const part = (name: string, ms: number) => () => {
      pass(ms);
      log.push(name);
    };
    await Promise.all([pace.run(part('a', 6)), pace.run(part('b', 6)), pace.run(part('c', 1))]);
    await pace.run(part('d', 1));
    expect(log).toEqual(['a', 'b', 'turn', 'c', 'd']);
  });

  it('hands on what a part returns or throws, and waits for no promise but its caller does', async () => {
    const pace = new Pace(standing().clock);
    const slow = pace.run(() => new Promise<string>((resolve) => setTimeout(() => resolve('late'), 20)));
    expect(await pace.run(() => 'at once')).toBe('at once');
    expect(await slow).toBe('late');
    await expect(
      pace.run(() => {
        throw new Error('of its own');
      }),
    ).rejects.toThrow('of its own');
    await expect(pace.run(() => Promise.reject(new Error('later')))).rejects.toThrow('later');
    expect(await pace.run(() => 'goes on')).toBe('goes on');
  });
});
