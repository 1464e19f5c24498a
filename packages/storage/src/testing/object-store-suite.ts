import { afterEach, beforeEach, describe } from 'vitest';
import type { ObjectStore } from '../object-store.ts';
import { keySuite } from './key-suite.ts';
import { listSuite } from './list-suite.ts';
import { raceSuite } from './race-suite.ts';
import { readWriteSuite } from './read-write-suite.ts';

/** The store of the running test, and a place in it that is the test's alone. */
export interface SuiteContext {
  readonly store: () => ObjectStore;
  /** A key, or prefix, below the test's own prefix. */
  readonly at: (name: string) => string;
}

let tests = 0;

/** What every driver of ObjectStore must do. `open` is called once per test; the objects may be shared between tests. */
export function describeObjectStore(name: string, open: () => Promise<ObjectStore>): void {
  describe(`ObjectStore: ${name}`, () => {
    let store: ObjectStore | undefined;
    let prefix = '';

    beforeEach(async () => {
      store = await open();
      prefix = `conformance/${process.pid}-${Date.now()}-${tests++}/`;
    });
    afterEach(async () => {
      await store?.close();
      store = undefined;
    });

    const context: SuiteContext = {
      store: () => {
        if (store === undefined) throw new Error('the store exists only while a test runs');
        return store;
      },
      at: (key) => `${prefix}${key}`,
    };
    describe('reading and writing', () => readWriteSuite(context));
    describe('races', () => raceSuite(context));
    describe('keys', () => keySuite(context));
    describe('listing', () => listSuite(context));
  });
}
