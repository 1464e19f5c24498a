import { Conversation } from './conversation.ts';
import type { Piece } from './pieces.ts';
import { dropAndAwaitRemoval, shortRetention } from './removal.ts';
import { peers, writePath } from './write-path.ts';

/** In this order; each is a function of scenario.py. Bulk insert belongs behind `reload`. */
const steps: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['connect', {}],
  ['create', {}],
  ['insert', {}],
  ['flush', {}],
  ['index', { kind: 'IVF_FLAT' }],
  ['load', {}],
  ['delete', {}],
  ['insert_growing', {}],
  ['flush_again', {}],
  ['compact', {}],
  ['reload', {}],
  ['reindex', { kind: 'HNSW' }],
  ['reindex', { kind: 'FLAT' }],
  ['reindex', { kind: 'IVF_SQ8' }],
  ['alter_properties', {}],
  ['expire', {}],
  ['text_keys_and_bits', {}],
  ['drop_partition', {}],
];

/** Outcome 2: what a pymilvus user does in the life of a collection, and after it. */
export const scenario: Piece = async (stage) => {
  const { run, cluster, report } = stage;
  // Ours removes what is dropped within the scenario; the original must not before its end.
  cluster.process('our-datacoord').environment = shortRetention;
  await report.step('all roles have sessions', () => cluster.start(...peers, ...writePath[run.setup]));
  const user = new Conversation(stage, 'scenario.py');
  try {
    for (const [step, args] of steps) {
      await user.ask(step, args);
      cluster.checkAllRun();
    }
    if (run.setup === 'datanodes' || run.setup === 'original') {
      cluster.process('datacoord').environment = shortRetention;
      await report.step('DataCoord starts again with a short retention', async () => {
        await cluster.stop('datacoord');
        await cluster.start('datacoord');
      });
      // One that has not met a collection since its start asks RootCoord for it, and removes nothing at all once that has dropped it.
      await user.ask('load_all');
    }
    const { collectionIDs } = await user.ask('collection_ids');
    await dropAndAwaitRemoval(stage, collectionIDs, () => user.ask('drop_collections'));
    cluster.checkAllRun();
  } finally {
    user.end();
  }
};
