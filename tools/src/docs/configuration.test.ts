import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workspace } from '../tidy/packages.ts';
import { configurationPage } from './configuration.ts';

const path = join(workspace, 'docs/configuration.md');

describe('docs/configuration.md', () => {
  it('is what the options table says (UPDATE_DOCS=1 writes it)', async () => {
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, configurationPage());
    expect(await readFile(path, 'utf8')).toBe(configurationPage());
  });
});
