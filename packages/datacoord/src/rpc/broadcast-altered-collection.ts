import type { Call } from './call.ts';

/**
 * Takes over a collection's properties. RootCoord waits for it inside its DDL loop, so nothing here asks RootCoord.
 * Source: spec datacoord §2.30, live-cluster §b.
 */
export const broadcastAlteredCollection: Call<'broadcastAlteredCollection'> =
  ({ collections }) =>
  ({ collectionID, schema, startPositions, properties }) => {
    collections.alter(collectionID, schema, startPositions, properties);
    return {};
  };
