import type { OpenSegment } from './open-segment.ts';

/** The open segments, in the order they were opened, by id, channel and target. */
export class OpenSegments {
  private readonly byID = new Map<bigint, OpenSegment>();
  private readonly byChannel = new Map<string, Set<OpenSegment>>();
  private readonly byTarget = new Map<string, Set<OpenSegment>>();

  get(id: bigint): OpenSegment | undefined {
    return this.byID.get(id);
  }

  add(segment: OpenSegment): void {
    this.byID.set(segment.id, segment);
    into(this.byChannel, segment.channel, segment);
    into(this.byTarget, segment.target, segment);
  }

  remove(id: bigint): void {
    const segment = this.byID.get(id);
    if (segment === undefined) return;
    this.byID.delete(id);
    from(this.byChannel, segment.channel, segment);
    from(this.byTarget, segment.target, segment);
  }

  all(): Iterable<OpenSegment> {
    return this.byID.values();
  }

  ofChannel(channel: string): Iterable<OpenSegment> {
    return this.byChannel.get(channel) ?? [];
  }

  ofTarget(target: string): Iterable<OpenSegment> {
    return this.byTarget.get(target) ?? [];
  }
}

function into(index: Map<string, Set<OpenSegment>>, key: string, segment: OpenSegment): void {
  const set = index.get(key);
  if (set === undefined) index.set(key, new Set([segment]));
  else set.add(segment);
}

function from(index: Map<string, Set<OpenSegment>>, key: string, segment: OpenSegment): void {
  const set = index.get(key);
  set?.delete(segment);
  if (set?.size === 0) index.delete(key);
}
