import { type ChannelView, watchStateName, watchStates } from '@millrace/core';
import { bufferNodeID, type MetaKeys, type Revision, type WatchBatch } from '@millrace/metastore';
import { data } from '@millrace/proto';

/** One `channelwatch` key as it was last seen. */
export interface Assignment {
  readonly channel: string;
  readonly collectionID: bigint;
  /** undefined: it waits for a node. */
  readonly node: bigint | undefined;
  readonly info: data.ChannelWatchInfo;
  readonly key: string;
  readonly modRevision: Revision;
  /** How often nodes failed to watch it since one last succeeded. */
  readonly failures: number;
  /** Monotonic milliseconds at which the key last changed. */
  readonly changedAtMs: number;
}

/** The channel assignments: what the store holds, as far as the watch and our own writes have told. */
export class ChannelTable {
  private readonly byChannel = new Map<string, Assignment>();
  private readonly keys: MetaKeys;

  constructor(keys: MetaKeys) {
    this.keys = keys;
  }

  get(channel: string): Assignment | undefined {
    return this.byChannel.get(channel);
  }

  all(): Iterable<Assignment> {
    return this.byChannel.values();
  }

  views(nowMs: number, dropped: ReadonlySet<string>): ChannelView[] {
    return [...this.byChannel.values()].map(({ channel, node, info, failures, changedAtMs }) => ({
      channel,
      node,
      state: watchStateName(info.state),
      unchangedMs: nowMs - changedAtMs,
      failures,
      dropped: dropped.has(channel),
    }));
  }

  /** Takes what a watch delivered. Returns whether anything was new. */
  apply(batch: WatchBatch, nowMs: number): boolean {
    let changed = false;
    const listed = new Set<string>();
    for (const event of batch.events) {
      const key = event.type === 'put' ? event.kv.key : event.key;
      listed.add(key);
      if (event.type === 'put')
        changed = this.put(key, event.kv.value, event.kv.modRevision, nowMs) || changed;
      else changed = this.remove(key, event.modRevision) || changed;
    }
    if (!batch.snapshot) return changed;
    for (const held of [...this.byChannel.values()]) {
      if (!listed.has(held.key)) changed = this.remove(held.key, batch.revision) || changed;
    }
    return changed;
  }

  put(key: string, value: Uint8Array, modRevision: Revision, nowMs: number): boolean {
    const parsed = this.keys.parse(key);
    if (parsed?.kind !== 'channelWatch') return false;
    const held = this.byChannel.get(parsed.vchannel);
    if (held !== undefined && held.modRevision >= modRevision) return false;
    const info = data.ChannelWatchInfo.decode(value);
    this.byChannel.set(parsed.vchannel, {
      channel: parsed.vchannel,
      collectionID: info.vchan?.collectionID ?? 0n,
      node: parsed.nodeID === bufferNodeID ? undefined : parsed.nodeID,
      info,
      key,
      modRevision,
      failures: failuresWith(held?.failures ?? 0, info.state),
      changedAtMs: nowMs,
    });
    return true;
  }

  /** The key of an assignment is gone; one that moved on to another key stays. */
  remove(key: string, modRevision: Revision): boolean {
    const parsed = this.keys.parse(key);
    if (parsed?.kind !== 'channelWatch') return false;
    const held = this.byChannel.get(parsed.vchannel);
    if (held === undefined || held.key !== key || held.modRevision > modRevision) return false;
    return this.byChannel.delete(parsed.vchannel);
  }
}

function failuresWith(before: number, state: data.ChannelWatchState): number {
  switch (state) {
    case watchStates['watch-failure']:
      return before + 1;
    case watchStates['watch-success']:
      return 0;
    default:
      return before;
  }
}
