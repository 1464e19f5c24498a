/**
 * Ids by a key they share, in the order they came. Lists instead of sets: of a hundred thousand segments a set each takes more than the
 * segments' own objects. What is removed is left out of a list when it is half of it, and answered until then: its reader skips what is gone.
 */
export class IDIndex<Key> {
  private readonly lists = new Map<Key, { ids: bigint[]; readonly removed: Set<bigint> }>();

  add(key: Key, id: bigint): void {
    const list = this.lists.get(key);
    if (list === undefined) this.lists.set(key, { ids: [id], removed: new Set() });
    else if (list.removed.size === 0 || !list.removed.delete(id)) list.ids.push(id);
  }

  /** The id must be there. */
  remove(key: Key, id: bigint): void {
    const list = this.lists.get(key);
    if (list === undefined) return;
    const { removed } = list;
    removed.add(id);
    if (removed.size === list.ids.length) this.lists.delete(key);
    else if (removed.size * 2 > list.ids.length) {
      list.ids = list.ids.filter((kept) => !removed.has(kept));
      removed.clear();
    }
  }

  /** With removed ones among them. */
  of(key: Key): readonly bigint[] {
    return this.lists.get(key)?.ids ?? [];
  }
}
