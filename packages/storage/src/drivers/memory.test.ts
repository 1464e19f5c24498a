import { realClock } from '@millrace/runtime';
import { describe, expect, it } from 'vitest';
import { describeObjectStore } from '../testing/object-store-suite.ts';
import { MemoryObjectStore } from './memory.ts';

describeObjectStore('memory', async () => new MemoryObjectStore({ clock: realClock }));

describe('a memory object store', () => {
  it('keeps its objects when it is closed, as a server would', async () => {
    const store = new MemoryObjectStore({ clock: realClock });
    await store.put('a', [Buffer.from('x')]);
    await store.close();
    expect((await store.stat('a')).bytes).toBe(1);
  });
});
