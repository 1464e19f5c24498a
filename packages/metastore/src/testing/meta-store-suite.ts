import { afterEach, beforeEach, describe } from 'vitest';
import type { MetaStoreHarness } from './harness.ts';
import { leaseSuite } from './lease-suite.ts';
import { rangeSuite } from './range-suite.ts';
import { transactionSuite } from './transaction-suite.ts';
import { watchSuite } from './watch-suite.ts';

export type { MetaStoreHarness } from './harness.ts';

/** The harness of the running test, and a prefix that is its alone. */
export interface SuiteContext {
  readonly harness: () => MetaStoreHarness;
  /** A key, or prefix, below the test's own prefix. */
  readonly at: (name: string) => string;
  /** Aborts when the test is over. */
  readonly signal: () => AbortSignal;
}

let tests = 0;

/** What every driver of MetaStore must do. `open` is called once per test; the data may be shared between tests. */
export function describeMetaStore(name: string, open: () => Promise<MetaStoreHarness>): void {
  describe(`MetaStore: ${name}`, () => {
    let harness: MetaStoreHarness | undefined;
    let over = new AbortController();
    let prefix = '';

    beforeEach(async () => {
      harness = await open();
      over = new AbortController();
      prefix = `conformance/${process.pid}-${Date.now()}-${tests++}/`;
    });
    afterEach(async () => {
      over.abort();
      await harness?.close();
      harness = undefined;
    });

    const context: SuiteContext = {
      harness: () => {
        if (harness === undefined) throw new Error('the harness exists only while a test runs');
        return harness;
      },
      at: (key) => `${prefix}${key}`,
      signal: () => over.signal,
    };
    describe('transactions', () => transactionSuite(context));
    describe('ranges', () => rangeSuite(context));
    describe('watches', () => watchSuite(context));
    describe('leases', () => leaseSuite(context));
  });
}
