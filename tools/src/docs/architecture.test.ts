import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workspace } from '../tidy/packages.ts';

const walks = ['One row, file by file', 'One flush, file by file'] as const;

/** The files that a section of ARCHITECTURE.md leads through, in its order; a bare name lies beside the file before it. */
function filesOf(walk: string): string[] {
  const text = readFileSync(join(workspace, 'ARCHITECTURE.md'), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(walk)) ?? '';
  const files: string[] = [];
  for (const [, name = ''] of section.matchAll(/`([\w./-]+\.ts)`/g))
    files.push(name.includes('/') ? name : join(dirname(files.at(-1) ?? ''), name));
  return files;
}

describe.each(walks)('ARCHITECTURE.md, %s', (walk) => {
  it('leads through at most ten files that are there, and none twice', () => {
    const files = filesOf(walk);
    expect(files.length).toBeGreaterThan(5);
    expect(files.length).toBeLessThanOrEqual(10);
    expect(new Set(files).size).toBe(files.length);
    expect(files.filter((file) => !existsSync(join(workspace, file)))).toEqual([]);
  });
});
