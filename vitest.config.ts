import { defineConfig } from 'vitest/config';

const conditions = ['millrace-source'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'tools/src/**/*.test.ts'],
    pool: 'forks',
    execArgv: ['--conditions=millrace-source'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
