import type { Pace } from '@millrace/core';
import type { MetaKeys, MetaStore, RangeOptions, RangePage, Revision } from '@millrace/metastore';

/** What recovery reads from, all of it as it was at one revision. */
export interface Source {
  readonly store: MetaStore;
  readonly keys: MetaKeys;
  readonly revision: Revision;
  readonly pace: Pace;
}

/** Pages of a range, the next one asked for while the present one is used. */
export async function* pagesOf(
  { store, revision, pace }: Source,
  range: Omit<RangeOptions, 'revision'>,
): AsyncGenerator<RangePage> {
  const ask = (after: string | undefined): Promise<RangePage> => {
    const asked = pace.run(() =>
      store.range({ ...range, revision, ...(after === undefined ? {} : { after }) }),
    );
    // Thrown where it is awaited; until then nobody listens.
    asked.catch(() => undefined);
    return asked;
  };
  let next = ask(range.after);
  for (;;) {
    const page: RangePage = await next;
    if (!page.more) {
      yield page;
      return;
    }
    next = ask(page.lastKey);
    yield page;
  }
}
