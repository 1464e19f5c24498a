import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, silentLogger } from '@millrace/core';
import { realClock } from '@millrace/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Changes } from './changes.ts';

describe('Changes', () => {
  let directory: string;
  let closed: AbortController;
  let revision: bigint;
  let events: string[];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'millrace-changes-'));
    writeFileSync(join(directory, 'data'), '');
    closed = new AbortController();
    revision = 1n;
    events = [];
  });
  afterEach(() => {
    closed.abort();
    rmSync(directory, { recursive: true });
  });
  const changes = (clock: Clock, file: string) => {
    const log = { ...silentLogger, info: (_fields: object, event: string) => events.push(event) };
    const source = { file: join(directory, file), revision: () => revision };
    return new Changes({ clock, log }, source, closed.signal);
  };

  it('hears of a write by the notice of the file system, without a poll', async () => {
    const noPoll = { ...realClock, sleep: () => new Promise<boolean>(() => undefined) };
    const waiting = changes(noPoll, 'data').after(1n, closed.signal);
    revision = 2n;
    appendFileSync(join(directory, 'data'), 'x');
    expect(await waiting).toBe(true);
    expect(events).toEqual([]);
  });

  it('finds what no notice told when it is made to look', async () => {
    const noPoll = { ...realClock, sleep: () => new Promise<boolean>(() => undefined) };
    const all = changes(noPoll, 'data');
    const waiting = all.after(1n, closed.signal);
    all.lookAnyway();
    revision = 2n;
    all.lookAnyway();
    expect(await waiting).toBe(true);
  });

  it('polls where there are no notices, and says so: soon after a change, seldom after a while', async () => {
    const slept: number[] = [];
    const clock: Clock = {
      ...realClock,
      sleep: async (ms, signal) => {
        slept.push(ms);
        if (slept.length === 8 || slept.length === 10) revision++;
        return signal?.aborted !== true;
      },
    };
    const polled = changes(clock, 'no such file');
    expect(await polled.after(1n, closed.signal)).toBe(true);
    expect(await polled.after(2n, closed.signal)).toBe(true);
    expect(slept).toEqual([4, 8, 16, 32, 64, 100, 100, 100, 4, 8]);
    expect(events).toEqual(['writes of other processes are found by polling only']);
  });

  it('ends the wait when its signal aborts, and leaves the others waiting', async () => {
    const all = changes(realClock, 'data');
    const one = new AbortController();
    const ended = all.after(1n, one.signal);
    const waiting = all.after(1n, closed.signal);
    one.abort();
    expect(await ended).toBe(false);
    revision = 2n;
    expect(await waiting).toBe(true);
    expect(await all.after(1n, one.signal)).toBe(false);
  });
});
