import { Conflict } from './errors.ts';

/** A state machine as a table: from each state, the states it may become. */
export type TransitionTable<State extends string> = { readonly [From in State]: readonly State[] };

/** Whether the table allows the move. Staying where one is counts as a move here, unlike in `transition`. */
export function canTransition<State extends string>(
  table: TransitionTable<State>,
  from: State,
  to: State,
): boolean {
  return table[from].includes(to);
}

/**
 * The new state; staying where one is, is no move.
 * @param what whose state it is, for the error
 * @throws Conflict, naming both states, for a move that the table has not
 */
export function transition<State extends string>(
  table: TransitionTable<State>,
  what: string,
  from: State,
  to: State,
): State {
  if (from === to) return to;
  if (!canTransition(table, from, to)) throw new Conflict(`${what} cannot go from ${from} to ${to}`);
  return to;
}
