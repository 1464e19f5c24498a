import { Invalid } from '@millrace/core';
import { checkPrefix } from './object-key.ts';
import type { ListOptions } from './object-store.ts';

const limitMax = 1000;

/** Validated options with the default filled in. An `after` that is no key, or outside the prefix, is only a place in the order. */
export function checkedListOptions(options: ListOptions): Required<ListOptions> {
  const { prefix, after = '', limit = limitMax } = options;
  checkPrefix(prefix);
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax) {
    throw new Invalid(`list limit is ${limit}: ask for 1 to ${limitMax} objects a page`);
  }
  return { prefix, after, limit };
}
