import type { KeyValue, MetaStore, WatchBatch } from '../meta-store.ts';

/** A store under the conformance suite, and what the suite has to do to it from outside. A driver's test makes one for each test. */
export interface MetaStoreHarness {
  readonly store: MetaStore;
  /** Another client of the same data, as another process has. The suite closes it. */
  another(): Promise<MetaStore>;
  /** Makes every revision before now unreadable. */
  compact(): Promise<void>;
  /** A ttl short enough for a test to wait for; it must be the true one. */
  readonly leaseTtlMs: number;
  close(): Promise<void>;
}

export const bytes = (text: string): Uint8Array => Buffer.from(text);
export const text = (kv: KeyValue | undefined): string | undefined =>
  kv === undefined ? undefined : Buffer.from(kv.value).toString();

/** Puts, one transaction each. */
export async function putAll(store: MetaStore, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [key, value] of Object.entries(values))
    await store.transact({ writes: [{ put: key, value: bytes(value) }] });
}

/** `+key=value`, `-key` per event; a snapshot is marked with `*`. */
export function inWords(batch: WatchBatch): string[] {
  const events = batch.events.map((event) =>
    event.type === 'put' ? `+${event.kv.key}=${text(event.kv)}` : `-${event.key}`,
  );
  return batch.snapshot ? [`*${events.join(' ')}`] : events;
}

export async function nextBatch(watcher: AsyncIterator<WatchBatch>): Promise<WatchBatch> {
  const next = await watcher.next();
  if (next.done === true) throw new Error('the watch ended');
  return next.value;
}

/** Reads words until `enough`, then ends the watch. */
export async function watchWords(
  watch: AsyncIterator<WatchBatch>,
  enough: (words: readonly string[]) => boolean,
): Promise<string[]> {
  const words: string[] = [];
  while (!enough(words)) {
    const next = await watch.next();
    if (next.done === true) return words;
    words.push(...inWords(next.value));
  }
  return words;
}

export async function eventually(
  what: string,
  holds: () => Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
