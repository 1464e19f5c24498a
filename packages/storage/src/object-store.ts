/** What a store says of an object without its content. */
export interface ObjectInfo {
  readonly key: string;
  readonly bytes: number;
  /** Unix milliseconds. */
  readonly lastModifiedMs: number;
}

/** A part of an object. Behind its end there is nothing: the answer is shorter then, or empty. */
export interface ByteRange {
  /** First byte, from 0. */
  readonly offset: number;
  /** Bytes wanted; fewer come where the object ends earlier. */
  readonly length: number;
}

/** What of an object is read, and where to. */
export interface GetOptions {
  /** Default: the whole object. */
  readonly range?: ByteRange;
  readonly signal?: AbortSignal;
  /**
   * Gives memory of at least so many bytes to read into; what is read lies at its beginning. By default it is new. Memory given to a call that
   * fails must not be used again: something may still write to it.
   */
  readonly memory?: (bytes: number) => Uint8Array;
}

/** Which page of a prefix is listed. The prefix is of the key's text and may end within a part. */
export interface ListOptions {
  readonly prefix: string;
  /** Start behind this key (exclusive). */
  readonly after?: string;
  /** 1 to 1000. Default: 1000. */
  readonly limit?: number;
}

/** Objects of a prefix that follow each other without a gap; `more` says whether there are any behind the last one. */
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
  /** Only one of several that write the same key succeeds. @throws Conflict when the object is there */
  putIfAbsent(key: string, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void>;
  /** The object, or a part of it. @throws NotFound */
  get(key: string, options?: GetOptions): Promise<Uint8Array>;
  /** Size and time of an object. @throws NotFound */
  stat(key: string): Promise<ObjectInfo>;
  /** One page of the objects of a prefix: `listAll` reads them all. */
  list(options: ListOptions): Promise<ListPage>;
  /** A missing object is removed already. */
  remove(key: string): Promise<void>;
  /** Ends connections. Calls under way may fail with Unavailable. */
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
