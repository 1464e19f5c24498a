import { describe, expect, it } from 'vitest';
import { runTogether } from './run-together.ts';
import type { Service } from './service.ts';

describe('services that run together', () => {
  /** Runs until it is stopped, and notes that it was. */
  const lasting = (name: string, stopped: string[]): Service => ({
    name,
    run: (signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          stopped.push(name);
          resolve();
        });
      }),
  });

  it('end when they are stopped', async () => {
    const stopped: string[] = [];
    const stop = new AbortController();
    const running = runTogether([lasting('a', stopped), lasting('b', stopped)], stop.signal);
    stop.abort();
    await running;
    expect(stopped).toEqual(['a', 'b']);
  });

  it('are all stopped when one fails, whose error is thrown', async () => {
    const stopped: string[] = [];
    const failing: Service = { name: 'failing', run: () => Promise.reject(new Error('no disk')) };
    const running = runTogether([lasting('a', stopped), failing], new AbortController().signal);
    await expect(running).rejects.toThrow('no disk');
    expect(stopped).toEqual(['a']);
  });

  it('are all stopped when one ends that nobody stopped, which is a fault and no clean stop', async () => {
    const stopped: string[] = [];
    const short: Service = { name: 'short', run: () => Promise.resolve() };
    const running = runTogether([lasting('a', stopped), short], new AbortController().signal);
    await expect(running).rejects.toThrow('short ended by itself');
    expect(stopped).toEqual(['a']);
  });
});
