import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workspace } from '../tidy/packages.ts';
import { describedCalls, interfacePage } from './interface.ts';

const path = join(workspace, 'docs/interface.md');

describe('the interface', () => {
  it('has a file for every call, and a test that calls it', () => {
    const calls = describedCalls();
    expect(calls.length).toBeGreaterThan(50);
    expect(calls.filter(({ implementedIn }) => implementedIn === undefined).map(({ name }) => name)).toEqual(
      [],
    );
    expect(
      calls.filter(({ provedIn }) => provedIn.length === 0).map(({ service, name }) => `${service}.${name}`),
    ).toEqual([]);
  });

  it('is described by its page (UPDATE_DOCS=1 writes it)', async () => {
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, interfacePage());
    expect(await readFile(path, 'utf8')).toBe(interfacePage());
  });
});
