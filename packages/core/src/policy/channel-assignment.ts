import type { WatchStateName } from '../channel-state.ts';

/** A virtual channel as its assignment stands. */
export interface ChannelView {
  readonly channel: string;
  /** undefined: waiting for a DataNode. */
  readonly node: bigint | undefined;
  readonly state: WatchStateName;
  /** Milliseconds since the state, or the progress its node reports, last changed. */
  readonly unchangedMs: number;
  /** How often nodes failed to watch it since one last succeeded. */
  readonly failures: number;
  /** Its collection is gone: it is released for good. */
  readonly dropped: boolean;
}

/** How patient the assignment of channels is, in milliseconds. */
export interface AssignmentLimits {
  /** For a node to answer a ToWatch or ToRelease. `dataCoord.channel.watchTimeoutInterval` */
  readonly answerMsMax: number;
}

/** One change of an assignment, and why: `reason` reaches the log line and the metric. */
export type ChannelDecision =
  /** Write ToWatch for this node, instead of whatever there was. */
  | { readonly type: 'watch'; readonly channel: string; readonly node: bigint; readonly reason: string }
  /** Write ToRelease on the present owner. */
  | { readonly type: 'release'; readonly channel: string; readonly reason: string }
  /** No node is there: keep the channel until one is. */
  | { readonly type: 'buffer'; readonly channel: string; readonly reason: string }
  /** Delete the assignment: the channel is dropped and nobody reads it. */
  | { readonly type: 'forget'; readonly channel: string; readonly reason: string };

/**
 * What has to change now, so that every channel is read by one live node. Pure and complete: it is given the whole picture each time, so no
 * event needs to arrive exactly once. Source: spec datacoord §5.3 to §5.9.
 */
export function decideChannels(
  channels: readonly ChannelView[],
  nodes: readonly bigint[],
  limits: AssignmentLimits,
): ChannelDecision[] {
  const load = new Map<bigint, number>(nodes.map((node) => [node, 0]));
  for (const { node } of channels) {
    const count = node === undefined ? undefined : load.get(node);
    if (node !== undefined && count !== undefined) load.set(node, count + 1);
  }
  const decisions: ChannelDecision[] = [];
  for (const channel of channels) {
    const decision = decide(channel, load, limits);
    if (decision === undefined) continue;
    if (decision.type === 'watch') {
      const before = channel.node === undefined ? undefined : load.get(channel.node);
      if (channel.node !== undefined && before !== undefined) load.set(channel.node, before - 1);
      load.set(decision.node, (load.get(decision.node) ?? 0) + 1);
    }
    decisions.push(decision);
  }
  return decisions;
}

function decide(
  view: ChannelView,
  load: ReadonlyMap<bigint, number>,
  limits: AssignmentLimits,
): ChannelDecision | undefined {
  const { channel, node } = view;
  if (node === undefined) {
    return view.dropped
      ? { type: 'forget', channel, reason: 'dropped' }
      : place(view, load, 'waiting for a node');
  }
  if (!load.has(node)) {
    return view.dropped ? { type: 'forget', channel, reason: 'dropped' } : place(view, load, 'node is gone');
  }
  switch (view.state) {
    case 'uncomplete':
    case 'to-watch':
      if (view.dropped) return { type: 'release', channel, reason: 'dropped' };
      return view.unchangedMs >= limits.answerMsMax
        ? { type: 'release', channel, reason: 'watch timed out' }
        : undefined;
    case 'complete':
    case 'watch-success':
      return view.dropped ? { type: 'release', channel, reason: 'dropped' } : undefined;
    case 'watch-failure':
      return view.dropped || view.unchangedMs >= retryMs(view.failures)
        ? { type: 'release', channel, reason: 'watch failed' }
        : undefined;
    case 'to-release':
      return view.unchangedMs >= limits.answerMsMax ? leave(view, load, 'release timed out') : undefined;
    case 'release-success':
      return leave(view, load, 'released');
    case 'release-failure':
      return leave(view, load, 'release failed');
  }
}

const firstRetryMs = 1_000;
const retryMsMax = 30_000;

/** How long a channel rests that nodes cannot watch: the first time not at all, then twice as long each time. */
function retryMs(failures: number): number {
  return failures <= 1 ? 0 : Math.min(retryMsMax, firstRetryMs * 2 ** (failures - 2));
}

function leave(view: ChannelView, load: ReadonlyMap<bigint, number>, reason: string): ChannelDecision {
  return view.dropped ? { type: 'forget', channel: view.channel, reason } : place(view, load, reason);
}

/** The least loaded other node, the same one where there is no other. */
function place(view: ChannelView, load: ReadonlyMap<bigint, number>, reason: string): ChannelDecision {
  let best: { readonly node: bigint; readonly count: number } | undefined;
  for (const [node, count] of load) {
    if (node === view.node && load.size > 1) continue;
    if (best === undefined || count < best.count || (count === best.count && node < best.node))
      best = { node, count };
  }
  return best === undefined
    ? { type: 'buffer', channel: view.channel, reason }
    : { type: 'watch', channel: view.channel, node: best.node, reason };
}

/**
 * Channels to move, so that no two nodes differ by more than one: taken from the fullest nodes. Nothing moves while any channel is still on
 * its way. Released, not taken away: the owner saves its buffers first. Source: spec datacoord §5.5 (register and balance).
 */
export function channelsToBalance(channels: readonly ChannelView[], nodes: readonly bigint[]): string[] {
  const owned = new Map<bigint, string[]>(nodes.map((node) => [node, []]));
  for (const { node, state, dropped, channel } of channels) {
    const list = node === undefined ? undefined : owned.get(node);
    if (list === undefined || state !== 'watch-success' || dropped) return [];
    list.push(channel);
  }
  const moved: string[] = [];
  for (;;) {
    const byLoad = [...owned.values()].sort((a, b) => a.length - b.length);
    const [lowest, highest] = [byLoad[0], byLoad.at(-1)];
    if (lowest === undefined || highest === undefined || highest.length - lowest.length < 2) return moved;
    const channel = highest.pop();
    if (channel === undefined) return moved;
    moved.push(channel);
    lowest.unshift(channel);
  }
}
