import { loadOptions } from '@millrace/runtime';
import { describe, expect, it } from 'vitest';
import { settingsFromOptions } from './settings-from-options.ts';

describe('the settings of a DataCoord', () => {
  const of = (flags: Record<string, string>) => settingsFromOptions(loadOptions({ flags }));

  it('let a DataNode take as long as it takes for a channel where the limit is 0, as in the original', () => {
    const key = 'dataCoord.channel.watchTimeoutInterval';
    expect(of({ [key]: '2' }).watchTimeoutMs).toBe(2_000);
    expect(of({ [key]: '0' }).watchTimeoutMs).toBe(Number.POSITIVE_INFINITY);
  });
});
