import { describe, expect, it } from 'vitest';
import { DdlQueue } from './ddl-queue.ts';

const forever = new AbortController().signal;

describe('DDL calls', () => {
  it('run one after the other, in the order they came, after the preparation', async () => {
    const log: string[] = [];
    const queue = new DdlQueue(10, async () => {
      log.push('prepared');
    });
    const call = (name: string) =>
      queue.run(forever, async () => {
        log.push(`${name} begins`);
        await Promise.resolve();
        log.push(`${name} ends`);
      });
    await Promise.all([call('a'), call('b')]);
    expect(log).toEqual(['prepared', 'a begins', 'a ends', 'prepared', 'b begins', 'b ends']);
  });

  it('let the next one run when one fails', async () => {
    const queue = new DdlQueue(10);
    const failed = queue.run(forever, async () => {
      throw new Error('no');
    });
    const next = queue.run(forever, async () => 'yes');
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });

  it('can be given up while they wait, and are refused when too many do', async () => {
    const queue = new DdlQueue(1);
    const gate = Promise.withResolvers<void>();
    const running = queue.run(forever, () => gate.promise);
    const leave = new AbortController();
    const waiting = queue.run(leave.signal, async () => undefined);
    await expect(queue.run(forever, async () => undefined)).rejects.toMatchObject({ kind: 'exhausted' });
    leave.abort();
    await expect(waiting).rejects.toMatchObject({ kind: 'unavailable' });
    const later = queue.run(forever, async () => 'ran');
    gate.resolve();
    await running;
    expect(await later).toBe('ran');
    await expect(queue.run(leave.signal, async () => undefined)).rejects.toMatchObject({
      kind: 'unavailable',
    });
  });
});
