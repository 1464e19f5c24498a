import { describe, expect, it } from 'vitest';
import { KeyedSerial } from './keyed-serial.ts';

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe('KeyedSerial', () => {
  it('keeps the order of one key and lets other keys go side by side', async () => {
    const serial = new KeyedSerial<string>();
    const log: string[] = [];
    const task = (name: string, ms: number) => async () => {
      await later(ms);
      log.push(name);
    };
    await Promise.all([
      serial.run('a', task('a1', 30)),
      serial.run('a', task('a2', 0)),
      serial.run('b', task('b1', 0)),
    ]);
    expect(log).toEqual(['b1', 'a1', 'a2']);
  });

  it('puts a task of several keys behind what came before for any of them, and before what comes after', async () => {
    const serial = new KeyedSerial<string>();
    const log: string[] = [];
    const task =
      (name: string, ms = 0) =>
      async () => {
        await later(ms);
        log.push(name);
      };
    await Promise.all([
      serial.run('a', task('a1', 30)),
      serial.runAll(['a', 'b', 'a'], task('ab')),
      serial.run('b', task('b1')),
      serial.run('c', task('c1')),
    ]);
    expect(log).toEqual(['c1', 'a1', 'ab', 'b1']);
  });

  it('never waits in a circle, in whatever order keys are named', async () => {
    const serial = new KeyedSerial<string>();
    const done = await Promise.all([
      serial.runAll(['a', 'b'], async () => 1),
      serial.runAll(['b', 'a'], async () => 2),
      serial.runAll(['c', 'a', 'b'], async () => 3),
    ]);
    expect(done).toEqual([1, 2, 3]);
  });

  it('goes on behind a task that failed', async () => {
    const serial = new KeyedSerial<string>();
    const failed = serial.runAll(['a', 'b'], () => Promise.reject(new Error('first')));
    const next = serial.run('b', async () => 'second');
    await expect(failed).rejects.toThrow('first');
    expect(await next).toBe('second');
  });
});
