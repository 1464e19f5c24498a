import { seededRandom, silentLogger, Unavailable } from '@millrace/core';
import { MemoryMetaStore, type MetaStore, metaKeys } from '@millrace/metastore';
import { data } from '@millrace/proto';
import { realClock } from '@millrace/runtime';
import { beforeEach, describe, expect, it } from 'vitest';
import { defaultDataNodeSettings } from '../settings.ts';
import { withProgress } from './progress.ts';
import { answer, type WatchKey, watchKeyOf } from './watch-key.ts';

const { WatchSuccess, ToWatch, ToRelease } = data.ChannelWatchState;
const keys = metaKeys();
const key = keys.key.channelWatch({ nodeID: 1n, vchannel: 'by-dev-rootcoord-dml_0_1v0' });
const signal = new AbortController().signal;
const encoded = (state: data.ChannelWatchState) =>
  data.ChannelWatchInfo.encode(data.ChannelWatchInfo.fromPartial({ state, startTs: 7n })).finish();

describe('the answer to an assignment', () => {
  let store: MemoryMetaStore;
  let watched: WatchKey;
  const world = (used: MetaStore = store) => ({
    store: used,
    clock: { ...realClock, sleep: async () => true },
    random: seededRandom(1),
  });
  const present = async () => {
    const kv = await store.get(key);
    return kv && data.ChannelWatchInfo.decode(kv.value);
  };
  beforeEach(async () => {
    store = new MemoryMetaStore({ clock: realClock });
    await store.transact({ writes: [{ put: key, value: encoded(ToWatch) }] });
    const kv = await store.get(key);
    const found = kv && watchKeyOf(keys, 1n, kv);
    if (found === undefined) throw new Error('no assignment');
    watched = found;
  });

  it('changes the state in place and keeps the rest', async () => {
    const after = await answer(world(), watched, { state: WatchSuccess }, signal);
    expect(after?.version).toBe(2n);
    expect(await present()).toMatchObject({ state: WatchSuccess, startTs: 7n });
  });

  it('writes nothing over a newer decision', async () => {
    await store.transact({ writes: [{ put: key, value: encoded(ToRelease) }] });
    expect(await answer(world(), watched, { state: WatchSuccess }, signal)).toBeUndefined();
    expect(await present()).toMatchObject({ state: ToRelease });
  });

  it('recognises its own write whose reply was lost', async () => {
    let lost = false;
    const lossy: MetaStore = Object.assign(Object.create(store), {
      transact: async (transaction: Parameters<MetaStore['transact']>[0]) => {
        const result = await store.transact(transaction);
        if (lost) return result;
        lost = true;
        throw new Unavailable('reply lost');
      },
    });
    const after = await answer(world(lossy), watched, { state: WatchSuccess }, signal);
    expect(after?.version).toBe(2n);
  });

  it('is not for the keys of another node', async () => {
    const kv = await store.get(key);
    expect(kv && watchKeyOf(keys, 10n, kv)).toBeUndefined();
  });

  it('follows progress written while the channel is recovered, and stops the work when the key was changed', async () => {
    const node = {
      ...world(),
      clock: realClock,
      log: silentLogger,
      settings: { ...defaultDataNodeSettings, ticklerIntervalMs: 5 },
    };
    const { latest } = await withProgress(node, store, watched, signal, async (onProgress) => {
      onProgress();
      await realClock.sleep(20);
    });
    expect(await present()).toMatchObject({ progress: 1, state: ToWatch });
    expect(latest?.version).toBe(2n);
    if (latest === undefined) return;

    const changed = await withProgress(node, store, latest, signal, async (onProgress, stopped) => {
      await store.transact({ writes: [{ put: key, value: encoded(ToRelease) }] });
      onProgress();
      onProgress();
      await realClock.sleep(5_000, stopped);
    });
    expect(changed.latest).toBeUndefined();
    expect(await present()).toMatchObject({ state: ToRelease });
  });
});
