import type { OpenSegment } from './open-segment.ts';

/** Where rows go together. */
export interface Target {
  readonly collectionID: bigint;
  readonly partitionID: bigint;
  readonly channel: string;
}

/** The open segments, in the order they were opened, by id, channel and partition. */
export class OpenSegments {
  private readonly byID = new Map<bigint, OpenSegment>();
  private readonly byChannel = new Map<string, Set<OpenSegment>>();
  private readonly byPartition = new Map<string, Map<bigint, Set<OpenSegment>>>();

  get(id: bigint): OpenSegment | undefined {
    return this.byID.get(id);
  }

  add(segment: OpenSegment): void {
    this.byID.set(segment.id, segment);
    into(this.byChannel, segment.channel, segment);
    let partitions = this.byPartition.get(segment.channel);
    if (partitions === undefined) {
      partitions = new Map();
      this.byPartition.set(segment.channel, partitions);
    }
    into(partitions, segment.partitionID, segment);
  }

  remove(id: bigint): void {
    const segment = this.byID.get(id);
    if (segment === undefined) return;
    this.byID.delete(id);
    from(this.byChannel, segment.channel, segment);
    const partitions = this.byPartition.get(segment.channel);
    if (partitions === undefined) return;
    from(partitions, segment.partitionID, segment);
    if (partitions.size === 0) this.byPartition.delete(segment.channel);
  }

  all(): Iterable<OpenSegment> {
    return this.byID.values();
  }

  ofChannel(channel: string): Iterable<OpenSegment> {
    return this.byChannel.get(channel) ?? [];
  }

  /** Those of the partition in the channel that take new rows. */
  growing({ collectionID, partitionID, channel }: Target): OpenSegment[] {
    const found: OpenSegment[] = [];
    for (const segment of this.byPartition.get(channel)?.get(partitionID) ?? [])
      if (segment.growing && segment.collectionID === collectionID) found.push(segment);
    return found;
  }
}

function into<Key>(index: Map<Key, Set<OpenSegment>>, key: Key, segment: OpenSegment): void {
  const set = index.get(key);
  if (set === undefined) index.set(key, new Set([segment]));
  else set.add(segment);
}

function from<Key>(index: Map<Key, Set<OpenSegment>>, key: Key, segment: OpenSegment): void {
  const set = index.get(key);
  set?.delete(segment);
  if (set?.size === 0) index.delete(key);
}
