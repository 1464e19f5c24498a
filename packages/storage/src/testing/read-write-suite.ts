import { expect, it } from 'vitest';
import { bytes, noise, same, text } from './bytes.ts';
import type { SuiteContext } from './object-store-suite.ts';

const mebibyte = 2 ** 20;

export function readWriteSuite({ store, at }: SuiteContext): void {
  it('gives back the chunks as one object', async () => {
    await store().put(at('a'), [bytes('hello '), bytes(''), bytes('world')]);
    expect(text(await store().get(at('a')))).toBe('hello world');
  });

  it('replaces an object, with a shorter one too', async () => {
    await store().put(at('a'), [bytes('a long first version')]);
    await store().put(at('a'), [bytes('short')]);
    expect(text(await store().get(at('a')))).toBe('short');
    expect((await store().stat(at('a'))).bytes).toBe(5);
  });

  it('keeps an empty object, of no chunks or of empty ones', async () => {
    await store().put(at('none'), []);
    await store().put(at('empty'), [bytes(''), bytes('')]);
    for (const key of [at('none'), at('empty')]) {
      expect(await store().get(key)).toHaveLength(0);
      expect(await store().get(key, { range: { offset: 0, length: 10 } })).toHaveLength(0);
      expect(await store().stat(key)).toMatchObject({ key, bytes: 0 });
    }
  });

  it('writes thousands of chunks in their order', async () => {
    const chunks = Array.from({ length: 5000 }, (_, i) => bytes(`${i},`));
    await store().put(at('a'), chunks);
    expect(same(await store().get(at('a')), Buffer.concat(chunks))).toBe(true);
  });

  it('writes views into larger buffers without what lies around them', async () => {
    const buffer = noise(1000);
    await store().put(at('a'), [buffer.subarray(900, 910), buffer.subarray(10, 20)]);
    expect([...(await store().get(at('a')))]).toEqual([
      ...buffer.subarray(900, 910),
      ...buffer.subarray(10, 20),
    ]);
  });

  it('keeps an object of 16 MiB, and reads any part of it', async () => {
    const content = noise(16 * mebibyte);
    const cut = 5 * mebibyte + 3;
    await store().put(at('a'), [content.subarray(0, cut), content.subarray(cut)]);
    expect(same(await store().get(at('a')), content)).toBe(true);
    expect((await store().stat(at('a'))).bytes).toBe(16 * mebibyte);
    const part = await store().get(at('a'), { range: { offset: cut - 1000, length: mebibyte } });
    expect(same(part, content.subarray(cut - 1000, cut - 1000 + mebibyte))).toBe(true);
  });

  it('reads into memory that is given to it, at its beginning', async () => {
    await store().put(at('a'), [bytes('0123'), bytes('456789')]);
    const asked: number[] = [];
    const given = new Uint8Array(new SharedArrayBuffer(16)).fill(255);
    const memory = (wanted: number) => {
      asked.push(wanted);
      return given;
    };
    const whole = await store().get(at('a'), { memory });
    expect(text(whole)).toBe('0123456789');
    expect(whole.buffer).toBe(given.buffer);
    expect(whole.byteOffset).toBe(0);
    expect(text(await store().get(at('a'), { memory, range: { offset: 8, length: 100 } }))).toBe('89');
    expect(asked[0]).toBeGreaterThanOrEqual(10);
    expect(asked.at(-1)).toBeGreaterThanOrEqual(2);
    expect([...given.subarray(10)]).toEqual([255, 255, 255, 255, 255, 255]);
  });

  it('reads ranges, and what there is of a range that goes beyond the end', async () => {
    await store().put(at('a'), [bytes('0123'), bytes('456789')]);
    const read = async (offset: number, length: number) =>
      text(await store().get(at('a'), { range: { offset, length } }));
    expect(await read(0, 10)).toBe('0123456789');
    expect(await read(0, 1)).toBe('0');
    expect(await read(3, 3)).toBe('345');
    expect(await read(9, 1)).toBe('9');
    expect(await read(8, 100)).toBe('89');
    expect(await read(10, 1)).toBe('');
    expect(await read(1000, 1000)).toBe('');
    expect(await read(5, 0)).toBe('');
  });

  it.each([
    { offset: -1, length: 1 },
    { offset: 0, length: -1 },
    { offset: 0.5, length: 1 },
    { offset: 0, length: Number.NaN },
  ])('refuses the range $offset+$length', async (range) => {
    await store().put(at('a'), [bytes('x')]);
    await expect(store().get(at('a'), { range })).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('gives the reader bytes of its own', async () => {
    await store().put(at('a'), [bytes('abc')]);
    (await store().get(at('a'))).fill(0);
    expect(text(await store().get(at('a')))).toBe('abc');
  });

  it('knows the size of an object, and when it was written', async () => {
    await store().put(at('a'), [noise(12_345)]);
    const { lastModifiedMs, ...info } = await store().stat(at('a'));
    expect(info).toEqual({ key: at('a'), bytes: 12_345 });
    expect(Math.abs(lastModifiedMs - Date.now())).toBeLessThan(60_000);
  });

  it('says which object is missing', async () => {
    const missing = { kind: 'not-found', message: expect.stringContaining(at('no/such')) };
    await expect(store().get(at('no/such'))).rejects.toMatchObject(missing);
    await expect(store().get(at('no/such'), { range: { offset: 0, length: 0 } })).rejects.toMatchObject(
      missing,
    );
    await expect(store().stat(at('no/such'))).rejects.toMatchObject(missing);
  });

  it('removes an object, and takes the removal of a missing one as done', async () => {
    await store().put(at('a'), [bytes('x')]);
    await store().remove(at('a'));
    await expect(store().get(at('a'))).rejects.toMatchObject({ kind: 'not-found' });
    await store().remove(at('a'));
    await store().put(at('a'), [bytes('again')]);
    expect(text(await store().get(at('a')))).toBe('again');
  });

  it('does nothing for a caller that has given up already', async () => {
    const signal = AbortSignal.abort();
    const stopped = { kind: 'unavailable' };
    await expect(store().put(at('a'), [bytes('x')], signal)).rejects.toMatchObject(stopped);
    await expect(store().putIfAbsent(at('a'), [bytes('x')], signal)).rejects.toMatchObject(stopped);
    await expect(store().stat(at('a'))).rejects.toMatchObject({ kind: 'not-found' });
    await store().put(at('a'), [bytes('x')]);
    await expect(store().get(at('a'), { signal })).rejects.toMatchObject(stopped);
  });

  it('leaves the object whole or as it was when the caller gives up in between', async () => {
    const before = noise(100);
    const content = noise(8 * mebibyte);
    await store().put(at('a'), [before]);
    const stop = new AbortController();
    const put = store().put(at('a'), [content], stop.signal);
    stop.abort();
    const done = await put.then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({ kind: 'unavailable' });
        return false;
      },
    );
    const now = await store().get(at('a'));
    expect(same(now, content) || (!done && same(now, before))).toBe(true);
  });
}
