import { silentLogger, Unavailable } from '@millrace/core';
import { realClock } from '@millrace/runtime';
import { describe, expect, it } from 'vitest';
import { keepAlive } from './keep-alive.ts';

const components = { clock: realClock, log: silentLogger };
const ttlMs = 60;

describe('keepAlive', () => {
  const kept = (renew: () => Promise<boolean>) => ({ id: 1n, ttlMs, renew, lost: new AbortController() });
  const forever = new AbortController().signal;

  it('loses the lease when it has ended', async () => {
    const lease = kept(async () => false);
    await keepAlive(components, lease, forever);
    expect(lease.lost.signal.aborted).toBe(true);
  });

  it('loses the lease when no renewal succeeded for its time', async () => {
    let tries = 0;
    const lease = kept(() => {
      tries++;
      return Promise.reject(new Unavailable('disk full'));
    });
    await keepAlive(components, lease, forever);
    expect(lease.lost.signal.aborted).toBe(true);
    expect(tries).toBeGreaterThan(0);
  });

  it('loses the lease when a renewal is not answered', async () => {
    const lease = kept(() => new Promise<boolean>(() => undefined));
    await keepAlive(components, lease, forever);
    expect(lease.lost.signal.aborted).toBe(true);
  });

  it('survives a renewal that failed, and stops with the signal without a loss', async () => {
    const stop = new AbortController();
    let tries = 0;
    const lease = kept(async () => {
      if (++tries === 1) throw new Unavailable('once');
      if (tries === 4) stop.abort();
      return true;
    });
    await keepAlive(components, { ...lease, ttlMs: 300 }, stop.signal);
    expect(lease.lost.signal.aborted).toBe(false);
    expect(tries).toBe(4);
  });
});
