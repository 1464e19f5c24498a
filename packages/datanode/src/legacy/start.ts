import type { OldApiHandlers, OldApiParts } from './old-api.ts';

/** Whether the node serves: it started with its process. */
export function start({ node }: OldApiParts): NonNullable<OldApiHandlers['start']> {
  return () => {
    node.state.requireHealthy();
    return {};
  };
}
