import { expect, it } from 'vitest';
import { bytes, noise, same, text } from './bytes.ts';
import type { SuiteContext } from './object-store-suite.ts';

export function raceSuite({ store, at }: SuiteContext): void {
  it('puts what is absent, and keeps what is there', async () => {
    await store().putIfAbsent(at('a'), [bytes('fir'), bytes('st')]);
    await expect(store().putIfAbsent(at('a'), [bytes('second')])).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining(at('a')),
    });
    expect(text(await store().get(at('a')))).toBe('first');
  });

  it('keeps an empty object against a writer of what is absent', async () => {
    await store().putIfAbsent(at('a'), []);
    await expect(store().putIfAbsent(at('a'), [bytes('x')])).rejects.toMatchObject({ kind: 'conflict' });
    expect(await store().get(at('a'))).toHaveLength(0);
  });

  it('takes a removed object as absent', async () => {
    await store().putIfAbsent(at('a'), [bytes('first')]);
    await store().remove(at('a'));
    await store().putIfAbsent(at('a'), [bytes('second')]);
    expect(text(await store().get(at('a')))).toBe('second');
  });

  it('lets exactly one of many racing writers put what is absent, and tells the others', async () => {
    for (let round = 0; round < 5; round++) {
      const key = at(`round-${round}`);
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => store().putIfAbsent(key, [bytes(`writer ${i}`)])),
      );
      const winners = results.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : []));
      expect(winners).toHaveLength(1);
      expect(text(await store().get(key))).toBe(`writer ${winners[0]}`);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ kind: 'conflict' });
      }
    }
  });

  it('writes many objects at the same time', async () => {
    const contents = Array.from({ length: 64 }, (_, i) => noise(1000 + i * 977, i));
    await Promise.all(contents.map((content, i) => store().put(at(`d${i % 4}/${i}`), [content])));
    const read = await Promise.all(contents.map((_, i) => store().get(at(`d${i % 4}/${i}`))));
    read.forEach((content, i) => {
      expect(same(content, contents[i] ?? bytes('')), `object ${i}`).toBe(true);
    });
  });

  it('shows a reader one whole version while writers replace it', async () => {
    const versions = Array.from({ length: 8 }, (_, i) => noise(200_000 + i * 10_000, i));
    const isVersion = (content: Uint8Array) => versions.some((version) => same(content, version));
    await store().put(at('a'), versions.slice(0, 1));
    let writing = true;
    const written = Promise.all(versions.map((version) => store().put(at('a'), [version]))).finally(() => {
      writing = false;
    });
    do {
      expect(isVersion(await store().get(at('a')))).toBe(true);
    } while (writing);
    await written;
    expect(isVersion(await store().get(at('a')))).toBe(true);
  });
}
