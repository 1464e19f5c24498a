export interface ObjectInfo {
  readonly key: string;
  readonly bytes: number;
  /** Unix milliseconds. */
  readonly lastModifiedMs: number;
}

export interface ByteRange {
  /** First byte, from 0. */
  readonly offset: number;
  /** Bytes wanted; fewer come where the object ends earlier. */
  readonly length: number;
}

export interface ListOptions {
  readonly prefix: string;
  /** Start behind this key (exclusive). */
  readonly after?: string;
  /** 1 to 1000. Default: 1000. */
  readonly limit?: number;
}

export interface ListPage {
  /** Ascending by key. */
  readonly objects: readonly ObjectInfo[];
  readonly more: boolean;
}

/**
 * Whole objects under keys. A put is all or nothing and durable when it resolves: no reader ever sees part of an object. Keys are relative
 * paths of `/`-separated parts without `.` or `..`; another key is Invalid. Errors: NotFound for a missing object (and for a missing
 * bucket, saying so), Conflict from `putIfAbsent`, Unavailable for a store that fails or does not answer before its deadline, Invalid for
 * refused credentials.
 */
export interface ObjectStore {
  /** Replaces what was there. Chunks are written one behind the other and must not change until it resolves. */
  put(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
  putIfAbsent(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
  get(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array>;
  stat(key: string): Promise<ObjectInfo>;
  list(options: ListOptions): Promise<ListPage>;
  /** A missing object is removed already. */
  remove(key: string): Promise<void>;
  close(): Promise<void>;
}

/** Every object of a prefix, page by page. */
export async function* listAll(store: ObjectStore, prefix: string): AsyncGenerator<ObjectInfo> {
  let page = await store.list({ prefix });
  for (;;) {
    yield* page.objects;
    const last = page.objects.at(-1);
    if (!page.more || last === undefined) return;
    page = await store.list({ prefix, after: last.key });
  }
}
