import { Fenced, type Timestamp, transition, type UniqueID } from '@millrace/core';
import {
  type Compare,
  type MetaKeys,
  type MetaStore,
  transactionOpsMax,
  type WriteOp,
} from '@millrace/metastore';
import type { common } from '@millrace/proto';
import {
  type Collection,
  collectionNotFound,
  type DdlState,
  ddlTransitions,
  type Partition,
} from './collection.ts';
import { loadCatalog } from './load.ts';
import {
  aliasRecord,
  collectionRecord,
  deletesOf,
  fieldRecord,
  partitionRecord,
  prefixDeletesOf,
  putsOf,
} from './records.ts';

export interface CatalogComponents {
  readonly store: MetaStore;
  readonly keys: MetaKeys;
  /** Compared by every write, so that a RootCoord that lost its session writes nothing. */
  readonly fence: () => readonly Compare[];
}

/**
 * Collections, partitions and aliases: in the meta store, and in memory for reads, which never wait. Writers take turns (`DdlQueue`), but
 * for the steps of one collection's drop.
 */
export class Catalog {
  private readonly components: CatalogComponents;
  private collections = new Map<UniqueID, Collection>();
  private aliases = new Map<string, UniqueID>();
  private inDoubt = false;

  constructor(components: CatalogComponents) {
    this.components = components;
  }

  async load(): Promise<void> {
    const content = await loadCatalog(this.components.store, this.components.keys);
    this.collections = new Map(content.collections);
    this.aliases = new Map(content.aliases);
    this.inDoubt = false;
  }

  /** Whether the answer of a write was lost: memory may lack what the store has. */
  get isInDoubt(): boolean {
    return this.inDoubt;
  }

  /** Reads the store again after such a write. Only in a DDL call's turn, before it decides anything. */
  async settle(): Promise<void> {
    if (this.inDoubt) await this.load();
  }

  /** Every collection, in whatever state. */
  all(): readonly Collection[] {
    return [...this.collections.values()];
  }

  get(id: UniqueID): Collection | undefined {
    return this.collections.get(id);
  }

  /** The collection of that very name that is not being dropped. */
  named(name: string): Collection | undefined {
    for (const collection of this.collections.values())
      if (collection.name === name && collection.state !== 'dropping') return collection;
    return undefined;
  }

  /** The collection an alias stands for, while users see it. */
  aliased(alias: string): Collection | undefined {
    const collection = this.collections.get(this.aliases.get(alias) ?? -1n);
    return collection?.state === 'created' ? collection : undefined;
  }

  aliasesOf(id: UniqueID): string[] {
    return [...this.aliases].filter(([, target]) => target === id).map(([alias]) => alias);
  }

  /** The created collection that a request means, by id or else by name or alias. Throws NotFound with the original's words. */
  visible(request: { readonly collectionName: string; readonly collectionID?: UniqueID }): Collection {
    const { collectionName: name, collectionID: id = 0n } = request;
    const found = name === '' ? this.collections.get(id) : (this.named(name) ?? this.aliased(name));
    if (found?.state !== 'created') throw collectionNotFound(name === '' ? id : name);
    return found;
  }

  /** Stores a new collection. What does not fit one transaction is written before its own key, which makes it exist. */
  async add(collection: Collection): Promise<void> {
    const { keys } = this.components;
    const { id, createTime } = collection;
    const parts = [
      ...collection.fields.map((field) => fieldRecord(keys, id, field)),
      ...collection.partitions.map((partition) => partitionRecord(keys, id, partition)),
      collectionRecord(keys, collection),
    ];
    await this.write(parts.flatMap(([key, value]) => putsOf(keys, key, value, createTime)));
    this.collections.set(id, collection);
  }

  async setState(id: UniqueID, state: DdlState, at: Timestamp): Promise<Collection> {
    const before = this.existing(id);
    const after = { ...before, state: transition(ddlTransitions, 'collection', before.state, state) };
    const { keys } = this.components;
    await this.write(putsOf(keys, ...collectionRecord(keys, after), at));
    // Partitions may have gone meanwhile.
    this.collections.set(id, { ...this.existing(id), state: after.state });
    return after;
  }

  async setProperties(
    id: UniqueID,
    properties: readonly common.KeyValuePair[],
    at: Timestamp,
  ): Promise<Collection> {
    const { keys } = this.components;
    const after = { ...this.existing(id), properties };
    await this.write(putsOf(keys, ...collectionRecord(keys, after), at));
    // Partitions may have gone meanwhile.
    this.collections.set(id, { ...this.existing(id), properties });
    return after;
  }

  async addPartition(id: UniqueID, partition: Partition): Promise<void> {
    const { keys } = this.components;
    await this.write(putsOf(keys, ...partitionRecord(keys, id, partition), partition.createTime));
    this.change(id, (partitions) => [...partitions, partition]);
  }

  async setPartitionState(
    id: UniqueID,
    partition: Partition,
    state: DdlState,
    at: Timestamp,
  ): Promise<Partition> {
    const { keys } = this.components;
    const after = { ...partition, state: transition(ddlTransitions, 'partition', partition.state, state) };
    await this.write(putsOf(keys, ...partitionRecord(keys, id, after), at));
    this.change(id, (partitions) => partitions.map((one) => (one.id === after.id ? after : one)));
    return after;
  }

  async removePartition(id: UniqueID, partitionID: UniqueID): Promise<void> {
    const { keys } = this.components;
    await this.write(deletesOf(keys, keys.key.partition({ collectionID: id, partitionID })));
    this.change(id, (partitions) => partitions.filter((one) => one.id !== partitionID));
  }

  /** Forgets a collection: its own key last, so that a restart finds what is left to remove. */
  async remove(id: UniqueID): Promise<void> {
    const { keys } = this.components;
    const aliases = this.aliasesOf(id);
    await this.write([
      ...aliases.flatMap((alias) => deletesOf(keys, keys.key.alias({ alias }))),
      ...prefixDeletesOf(keys, keys.prefix.partitionsOfCollection({ collectionID: id })),
      ...prefixDeletesOf(keys, keys.prefix.fieldsOfCollection({ collectionID: id })),
      ...deletesOf(keys, keys.key.collection({ collectionID: id })),
    ]);
    for (const alias of aliases) this.aliases.delete(alias);
    this.collections.delete(id);
  }

  async setAlias(alias: string, id: UniqueID, at: Timestamp): Promise<void> {
    const { keys } = this.components;
    await this.write(putsOf(keys, ...aliasRecord(keys, alias, id, at), at));
    this.aliases.set(alias, id);
  }

  async removeAlias(alias: string): Promise<void> {
    const { keys } = this.components;
    await this.write(deletesOf(keys, keys.key.alias({ alias })));
    this.aliases.delete(alias);
  }

  private existing(id: UniqueID): Collection {
    const found = this.collections.get(id);
    if (found === undefined) throw collectionNotFound(id);
    return found;
  }

  private change(id: UniqueID, change: (partitions: readonly Partition[]) => readonly Partition[]): void {
    const collection = this.existing(id);
    this.collections.set(id, { ...collection, partitions: change(collection.partitions) });
  }

  /** One transaction where the writes fit one, else several in order. */
  private async write(writes: readonly WriteOp[]): Promise<void> {
    const { store } = this.components;
    const fence = this.components.fence();
    const room = transactionOpsMax - fence.length;
    for (let at = 0; at < writes.length; at += room) {
      const transaction = { compares: fence, writes: writes.slice(at, at + room) };
      const { succeeded } = await store.transact(transaction).catch((error: unknown) => {
        // Nobody knows whether it was written.
        this.inDoubt = true;
        throw error;
      });
      if (!succeeded)
        throw new Fenced('this RootCoord lost its session: stop it, another one may serve by now');
    }
  }
}
