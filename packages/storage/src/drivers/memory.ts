import { type Clock, Conflict, NotFound } from '@millrace/core';
import { checkRange, clampRange } from '../byte-range.ts';
import { checkedListOptions } from '../list-options.ts';
import { checkKey, compareKeys } from '../object-key.ts';
import type { GetOptions, ListOptions, ListPage, ObjectInfo, ObjectStore } from '../object-store.ts';
import { throwIfStopped } from '../stopped.ts';

interface StoredObject {
  readonly info: ObjectInfo;
  readonly content: Uint8Array;
}

/** Objects in this process's memory, for tests and the simulator. Closing it keeps them. */
export class MemoryObjectStore implements ObjectStore {
  private readonly clock: Clock;
  private readonly objects = new Map<string, StoredObject>();
  /** Keys in listing order. */
  private readonly order: string[] = [];

  constructor(components: { readonly clock: Clock }) {
    this.clock = components.clock;
  }

  async put(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    checkKey(key);
    throwIfStopped(signal, `put ${key}`);
    const content = new Uint8Array(Buffer.concat(chunks));
    if (!this.objects.has(key)) this.order.splice(this.rank(key), 0, key);
    const info = { key, bytes: content.byteLength, lastModifiedMs: this.clock.now() };
    this.objects.set(key, { info, content });
  }

  async putIfAbsent(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    checkKey(key);
    if (this.objects.has(key)) throw new Conflict(`object ${key} exists already`);
    await this.put(key, chunks, signal);
  }

  async get(key: string, { range, signal, memory }: GetOptions = {}): Promise<Uint8Array> {
    if (range !== undefined) checkRange(range);
    throwIfStopped(signal, `get ${key}`);
    const { content } = this.find(key);
    const { start, end } = clampRange(range, content.byteLength);
    if (memory === undefined) return content.slice(start, end);
    const copy = memory(end - start).subarray(0, end - start);
    copy.set(content.subarray(start, end));
    return copy;
  }

  async stat(key: string): Promise<ObjectInfo> {
    return this.find(key).info;
  }

  async list(options: ListOptions): Promise<ListPage> {
    const { prefix, after, limit } = checkedListOptions(options);
    const objects: ObjectInfo[] = [];
    const first = compareKeys(after, prefix) < 0 ? this.rank(prefix) : this.rankBehind(after);
    for (let i = first; i < this.order.length; i++) {
      const key = this.order[i];
      if (key === undefined || !key.startsWith(prefix)) break;
      if (objects.length === limit) return { objects, more: true };
      objects.push(this.find(key).info);
    }
    return { objects, more: false };
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    if (this.objects.delete(key)) this.order.splice(this.rank(key), 1);
  }

  async close(): Promise<void> {}

  private find(key: string): StoredObject {
    checkKey(key);
    const object = this.objects.get(key);
    if (object === undefined) throw new NotFound(`object ${key} does not exist`);
    return object;
  }

  /** How many stored keys are smaller than this one. */
  private rank(key: string): number {
    let low = 0;
    let high = this.order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(this.order[middle] ?? '', key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private rankBehind(key: string): number {
    const at = this.rank(key);
    return this.order[at] === key ? at + 1 : at;
  }
}
