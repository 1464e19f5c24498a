import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { workspace } from '../tidy/packages.ts';
import { apiOf } from './api.ts';
import { build } from './build.ts';
import { published } from './published.ts';

const directory = join(workspace, 'docs/api');

describe('the public API of every package', () => {
  beforeAll(async () => {
    await build();
  }, 240_000);

  it.each(published)(
    '%s is what docs/api says: UPDATE_API=1 npx vitest run tools/src/packages/api.test.ts writes it',
    (folder) => {
      const file = join(directory, `${folder}.d.ts`);
      const text = apiOf(folder);
      if (process.env['UPDATE_API'] === '1') {
        mkdirSync(directory, { recursive: true });
        writeFileSync(file, text);
      }
      expect(text).toBe(readFileSync(file, 'utf8'));
    },
  );
});
