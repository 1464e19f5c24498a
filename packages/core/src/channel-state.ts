import type { TransitionTable } from './state-machine.ts';

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

export type WatchStateName = keyof typeof watchStates;

/** What may follow in one `channelwatch` key; leaving the key altogether (reassign, drop) is not a transition of it. */
export const watchTransitions: TransitionTable<WatchStateName> = {
  uncomplete: ['watch-success', 'watch-failure', 'to-release', 'to-watch'],
  complete: ['to-release', 'to-watch'],
  'to-watch': ['watch-success', 'watch-failure', 'to-release'],
  'watch-success': ['to-release', 'to-watch'],
  'watch-failure': ['to-release'],
  'to-release': ['release-success', 'release-failure'],
  'release-success': ['to-watch'],
  'release-failure': ['to-watch'],
};

const byNumber = new Map<number, WatchStateName>(
  (Object.keys(watchStates) as WatchStateName[]).map((name) => [watchStates[name], name]),
);

export function watchStateName(state: number): WatchStateName {
  return byNumber.get(state) ?? 'uncomplete';
}
