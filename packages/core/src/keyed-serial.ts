/** Runs tasks of one key one after the other, in the order they came; tasks of different keys side by side. */
export class KeyedSerial<Key> {
  private readonly tails = new Map<Key, Promise<unknown>>();

  /** Behind all that were given before for this key. What the task rejects with is the caller's; the next task runs nevertheless. */
  run<T>(key: Key, task: () => Promise<T>): Promise<T> {
    return this.runAll([key], task);
  }

  /**
   * A task of several keys: behind all that were given before for any of them, before all given later. It takes its place for all keys at
   * once, so that tasks cannot wait for each other in a circle.
   */
  runAll<T>(keys: readonly Key[], task: () => Promise<T>): Promise<T> {
    const own = [...new Set(keys)];
    const result = Promise.all(own.map((key) => this.tails.get(key))).then(task);
    const tail = result
      .catch(() => undefined)
      .then(() => {
        for (const key of own) if (this.tails.get(key) === tail) this.tails.delete(key);
      });
    for (const key of own) this.tails.set(key, tail);
    return result;
  }
}
