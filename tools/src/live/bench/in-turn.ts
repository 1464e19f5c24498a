import { Conversation } from '../conversation.ts';
import type { ProcessName } from '../live-cluster.ts';
import type { Stage } from '../pieces.ts';
import { type Side, sides } from './sides.ts';

/** Who takes part in a comparison. */
export interface Cast {
  /** They serve both sides. */
  readonly peers: readonly ProcessName[];
  readonly roles: (side: Side) => readonly ProcessName[];
}

/** Each side in turn, on the same engines and with the same peers: its roles start, are measured, and stop. */
export async function inTurn(
  stage: Stage,
  { peers, roles }: Cast,
  measure: (side: Side, user: Conversation) => Promise<void>,
): Promise<void> {
  const { cluster, report } = stage;
  const user = new Conversation(stage, 'bench.py');
  try {
    for (const [turn, side] of sides.entries()) {
      const names = roles(side);
      await report.step(`${side.name}: roles have sessions`, () =>
        cluster.start(...(turn === 0 ? peers : []), ...names),
      );
      if (turn === 0) await user.ask('connect');
      await measure(side, user);
      // A DataNode that ends writes what it holds, which takes a DataCoord to tell.
      for (const name of names.toReversed()) await cluster.stop(name);
    }
  } finally {
    user.end();
  }
}
