/** ChannelWatchState by number. Source: spec datacoord §5.3. */
export const watchStates = {
  uncomplete: 0,
  complete: 1,
  'to-watch': 2,
  'watch-success': 3,
  'watch-failure': 4,
  'to-release': 5,
  'release-success': 6,
  'release-failure': 7,
} as const;

/** State of an assignment of a channel to a node. `uncomplete` is an older `to-watch`, `complete` an older `watch-success`. */
export type WatchStateName = keyof typeof watchStates;

const byNumber = new Map<number, WatchStateName>(
  (Object.keys(watchStates) as WatchStateName[]).map((name) => [watchStates[name], name]),
);

/** The state of that number; `uncomplete` for one that no state has. */
export function watchStateName(state: number): WatchStateName {
  return byNumber.get(state) ?? 'uncomplete';
}
