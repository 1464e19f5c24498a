import { dataService } from '@millrace/proto';
import { describe, expect, it } from 'vitest';
import { dataServiceCalls } from './data-service.ts';

describe('the older Data Service', () => {
  it('has a handler for every method on its wire', () => {
    const calls = dataServiceCalls(
      // Only named here, not called.
      { settings: {} } as never,
      { coordinator: { settings: {} } } as never,
    );
    expect(Object.keys(calls).sort()).toEqual(Object.keys(dataService.DataServiceService).sort());
  });
});
