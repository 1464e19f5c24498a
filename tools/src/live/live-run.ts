import type { EngineName, Installation } from '../engines/engine.ts';

/** Which of DataCoord and DataNodes are ours. `original`: none, to see what the original itself does. */
export const setups = ['original', 'datacoord', 'datanodes', 'both'] as const;
export type Setup = (typeof setups)[number];

export const pieceNames = ['scenario', 'swap', 'faults', 'many', 'metadata'] as const;
/** Pieces that measure the original and ours side by side. */
export const benchNames = ['calls', 'segments', 'drain', 'idle'] as const;
export type PieceName = (typeof pieceNames)[number] | (typeof benchNames)[number];

/** What a run needs from this machine. */
export interface Programs {
  /** Directory of the original's binary and libraries. */
  readonly milvus: string;
  /** A Python that has pymilvus. */
  readonly python: string;
  readonly engines: Readonly<Record<EngineName, Installation>>;
}

/** One piece in one set-up, with a namespace and a directory of its own. */
export interface LiveRun {
  readonly piece: PieceName;
  readonly setup: Setup;
  readonly directory: string;
  readonly programs: Programs;
}

/** How a run is called where it is told apart from others. */
export function titleOf({ piece, setup }: Pick<LiveRun, 'piece' | 'setup'>): string {
  return piece === 'scenario' ? `${piece} with ${setup}` : piece;
}
