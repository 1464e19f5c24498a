import { EngineError } from '../engines/engine.ts';
import { type LiveRun, type PieceName, pieceNames, type Setup, setups } from './live-run.ts';

type Chosen = Pick<LiveRun, 'piece' | 'setup'>;

export interface LiveOrder {
  readonly runs: readonly Chosen[];
  /** Keep data and logs also of what passed. */
  readonly keep: boolean;
}

export const usage = `usage: npm run test:live -- [--only PIECE]… [--with SETUP]… [--keep]
pieces: ${pieceNames.join(', ')} (default: all); set-ups of the scenario: ${setups.join(', ')} (default: those with ours)`;

/** What the command line asks for. Only the scenario knows several set-ups: the other pieces have both roles ours. */
export function parseLiveOrder(args: readonly string[]): LiveOrder {
  const chosenPieces: PieceName[] = [];
  const chosenSetups: Setup[] = [];
  let keep = false;
  for (let at = 0; at < args.length; at++) {
    switch (args[at]) {
      case '--only':
        chosenPieces.push(oneOf(pieceNames, args[++at]));
        break;
      case '--with':
        chosenSetups.push(oneOf(setups, args[++at]));
        break;
      case '--keep':
        keep = true;
        break;
      default:
        throw new EngineError(usage);
    }
  }
  const asked = chosenPieces.length === 0 ? pieceNames : chosenPieces;
  const inSetups = chosenSetups.length === 0 ? setups.filter((setup) => setup !== 'original') : chosenSetups;
  const runs = asked.flatMap((piece): readonly Chosen[] =>
    piece === 'scenario' ? inSetups.map((setup) => ({ piece, setup })) : [{ piece, setup: 'both' }],
  );
  return { runs, keep };
}

function oneOf<T extends string>(names: readonly T[], given: string | undefined): T {
  const known = names.find((name) => name === given);
  if (known === undefined) throw new EngineError(`there is no ${given ?? 'name behind the flag'}\n${usage}`);
  return known;
}
