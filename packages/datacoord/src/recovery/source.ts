import type { Pace } from '@millrace/core';
import type { MetaKeys, MetaStore, RangeOptions, RangePage, Revision } from '@millrace/metastore';
import type { PageMemory } from './page-memory.ts';

/** What recovery reads from, all of it as it was at one revision. */
export interface Source {
  readonly store: MetaStore;
  readonly keys: MetaKeys;
  readonly revision: Revision;
  readonly pace: Pace;
  readonly memory: PageMemory;
}

/** A page that was read, and is to be released when nobody reads it any more; one that is not is left to the collector. */
export class HeldPage {
  readonly page: RangePage;
  private readonly memory: PageMemory;
  private taken: readonly Buffer[];

  private constructor(page: RangePage, memory: PageMemory, taken: readonly Buffer[]) {
    this.page = page;
    this.memory = memory;
    this.taken = taken;
  }

  static async read({ store, memory }: Source, range: RangeOptions): Promise<HeldPage> {
    const taken: Buffer[] = [];
    const take = (bytes: number) => {
      const one = memory.take(bytes);
      taken.push(one);
      return one;
    };
    return new HeldPage(await store.range({ ...range, memory: take }), memory, taken);
  }

  release(): void {
    for (const one of this.taken) this.memory.release(one);
    this.taken = [];
  }
}

/** Pages of a range, each up to twice as long as the one before; the next one is asked for while the present one is used. */
export async function* pagesOf(
  source: Source,
  range: Omit<RangeOptions, 'revision' | 'memory' | 'limit'>,
): AsyncGenerator<HeldPage> {
  const { revision, pace, store } = source;
  let limit = store.pageKeys;
  const ask = (after: string | undefined): Promise<HeldPage> => {
    const asked = pace.run(() =>
      HeldPage.read(source, { ...range, limit, revision, ...(after === undefined ? {} : { after }) }),
    );
    // Thrown where it is awaited; until then nobody listens.
    asked.catch(() => undefined);
    return asked;
  };
  let next = ask(range.after);
  for (;;) {
    const held: HeldPage = await next;
    if (!held.page.more) {
      yield held;
      return;
    }
    limit = Math.min(2 * limit, store.pageKeysMax);
    next = ask(held.page.lastKey);
    yield held;
  }
}
