import type { Segment } from './segment.ts';

/** Every segment in memory, dropped ones included, findable by id, collection and channel. */
export class SegmentTable {
  private readonly byID = new Map<bigint, Segment>();
  private readonly byCollection = new Map<bigint, Set<bigint>>();
  private readonly byChannel = new Map<string, Set<bigint>>();

  get size(): number {
    return this.byID.size;
  }

  get(id: bigint): Segment | undefined {
    return this.byID.get(id);
  }

  set(segment: Segment): void {
    this.byID.set(segment.id, segment);
    add(this.byCollection, segment.collectionID, segment.id);
    add(this.byChannel, segment.channel, segment.id);
  }

  all(): IterableIterator<Segment> {
    return this.byID.values();
  }

  ofCollection(collectionID: bigint): Segment[] {
    return this.resolve(this.byCollection.get(collectionID));
  }

  ofChannel(channel: string): Segment[] {
    return this.resolve(this.byChannel.get(channel));
  }

  private resolve(ids: Iterable<bigint> | undefined): Segment[] {
    const found: Segment[] = [];
    for (const id of ids ?? []) {
      const segment = this.byID.get(id);
      if (segment !== undefined) found.push(segment);
    }
    return found;
  }
}

function add<Key>(index: Map<Key, Set<bigint>>, key: Key, id: bigint): void {
  const ids = index.get(key);
  if (ids === undefined) index.set(key, new Set([id]));
  else ids.add(id);
}
