import { Fenced, KeyedSerial, NotFound, type UniqueID } from '@millrace/core';
import { type Compare, type KvKeys, type MetaStore, scan, type WriteOp } from '@millrace/metastore';
import { decodeTask, encodeTask, type ImportTask } from './import-task.ts';

export interface ImportTasksParts {
  readonly store: MetaStore;
  readonly keys: KvKeys;
  /** Compared by every write, so that a RootCoord that lost its session writes nothing. */
  readonly fence: () => readonly Compare[];
}

/** Import tasks: in memory what the store holds, changed only behind a write that succeeded. */
export class ImportTasks {
  private readonly parts: ImportTasksParts;
  private tasks = new Map<UniqueID, ImportTask>();
  private readonly serial = new KeyedSerial<UniqueID>();

  constructor(parts: ImportTasksParts) {
    this.parts = parts;
  }

  async load(): Promise<void> {
    const { store, keys } = this.parts;
    const tasks = new Map<UniqueID, ImportTask>();
    for await (const { kvs } of scan(store, { prefix: keys.prefix.importTasks() })) {
      for (const { value } of kvs) {
        const task = decodeTask(value);
        tasks.set(task.id, task);
      }
    }
    this.tasks = tasks;
  }

  /** Oldest first. */
  all(): readonly ImportTask[] {
    return [...this.tasks.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  get(id: UniqueID): ImportTask | undefined {
    return this.tasks.get(id);
  }

  async add(task: ImportTask): Promise<void> {
    await this.write({ put: this.key(task.id), value: encodeTask(task) });
    this.tasks.set(task.id, task);
  }

  /**
   * Changes one task: `change` sees its present state and returns the next one, or the same object for none. Changes of one task follow one
   * another; what `change` throws is thrown here and nothing is written.
   */
  change(id: UniqueID, change: (task: ImportTask) => ImportTask): Promise<ImportTask> {
    return this.serial.run(id, async () => {
      const before = this.tasks.get(id);
      if (before === undefined) throw importTaskNotFound(id);
      const after = change(before);
      if (after === before) return before;
      await this.write({ put: this.key(id), value: encodeTask(after) });
      this.tasks.set(id, after);
      return after;
    });
  }

  remove(id: UniqueID): Promise<void> {
    return this.serial.run(id, async () => {
      await this.write({ delete: this.key(id) });
      this.tasks.delete(id);
    });
  }

  private key(taskID: UniqueID): string {
    return this.parts.keys.key.importTask({ taskID });
  }

  private async write(write: WriteOp): Promise<void> {
    const { succeeded } = await this.parts.store.transact({ compares: this.parts.fence(), writes: [write] });
    if (!succeeded)
      throw new Fenced('this RootCoord lost its session: stop it, another one may serve by now');
  }
}

export function importTaskNotFound(id: UniqueID): NotFound {
  return new NotFound(`import task ${id} is not known: it never was, or it is over since long`);
}
