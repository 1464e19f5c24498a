import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workspace } from '../tidy/packages.ts';
import { describedCalls, interfacePage } from './interface.ts';

const path = join(workspace, 'docs/interface.md');

describe('the interface', () => {
  it('has a file for every call, and a test named after it that calls it', () => {
    const calls = describedCalls();
    expect(calls.length).toBeGreaterThan(50);
    const without = (part: 'implementedIn' | 'provedIn') =>
      calls.filter((call) => call[part] === undefined).map(({ service, name }) => `${service}.${name}`);
    expect(without('implementedIn')).toEqual([]);
    expect(without('provedIn')).toEqual([]);
  });

  it('tells what calls are refused with, each once', () => {
    const refusalsOf = (wanted: string) => describedCalls().find(({ name }) => name === wanted)?.refusals;
    expect(refusalsOf('GetSegmentInfo')).toEqual(['UnexpectedError: failed to get segment …']);
    expect(refusalsOf('FlushSegments')).toContain(
      'NodeIDNotMatch: target node id not match target id = …, node id = …',
    );
    expect(refusalsOf('SetSegmentState')).toContain(
      'Conflict: segment … cannot become …: name a state that segments have',
    );
  });

  it('is described by its page (UPDATE_DOCS=1 writes it)', async () => {
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, interfacePage());
    expect(await readFile(path, 'utf8')).toBe(interfacePage());
  });
});
