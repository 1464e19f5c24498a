import { IDIndex } from './id-index.ts';
import type { Segment } from './segment.ts';

/** Visits so many of them and stops, for who walks all of them without holding the event loop. Whether there may be more. */
export function visitPart(all: Iterator<Segment>, most: number, visit: (segment: Segment) => void): boolean {
  for (let visited = 0; visited < most; visited++) {
    const next = all.next();
    if (next.done === true) return false;
    visit(next.value);
  }
  return true;
}

/** Every segment in memory, dropped ones included, findable by id, collection, channel and by what it was compacted from. */
export class SegmentTable {
  private readonly byID = new Map<bigint, Segment>();
  private readonly byCollection = new IDIndex<bigint>();
  private readonly byChannel = new IDIndex<string>();
  /** From a compacted segment to those that took over its rows. */
  private readonly bySource = new IDIndex<bigint>();

  /** Another one after each change of any segment. */
  version = 0;

  get size(): number {
    return this.byID.size;
  }

  get(id: bigint): Segment | undefined {
    return this.byID.get(id);
  }

  /** Adds a segment, or puts it in the place of the one with its id, which has the same collection, channel and sources. */
  set(segment: Segment): void {
    const { id } = segment;
    const before = this.byID.size;
    this.version++;
    this.byID.set(id, segment);
    if (this.byID.size === before) return;
    this.byCollection.add(segment.collectionID, id);
    this.byChannel.add(segment.channel, id);
    for (const source of segment.compactionFrom) this.bySource.add(source, id);
  }

  delete(id: bigint): void {
    const segment = this.byID.get(id);
    if (segment === undefined) return;
    this.version++;
    this.byID.delete(id);
    this.byCollection.remove(segment.collectionID, id);
    this.byChannel.remove(segment.channel, id);
    for (const source of segment.compactionFrom) this.bySource.remove(source, id);
  }

  all(): IterableIterator<Segment> {
    return this.byID.values();
  }

  ofCollection(collectionID: bigint): Segment[] {
    return this.resolve(this.byCollection.of(collectionID));
  }

  ofChannel(channel: string): Segment[] {
    return this.resolve(this.byChannel.of(channel));
  }

  /** The segments that name this one in `compactionFrom`, in the order they came. */
  compactedFrom(sourceID: bigint): Segment[] {
    return this.resolve(this.bySource.of(sourceID));
  }

  private resolve(ids: readonly bigint[]): Segment[] {
    const found: Segment[] = [];
    for (const id of ids) {
      const segment = this.byID.get(id);
      if (segment !== undefined) found.push(segment);
    }
    return found;
  }
}
