import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Conversation } from './conversation.ts';
import type { Piece, Stage } from './pieces.ts';
import { dropAndAwaitRemoval, shortRetention, shortTolerance } from './removal.ts';
import { peers, writePath } from './write-path.ts';

type Steps = readonly (readonly [string, Readonly<Record<string, unknown>>])[];

/** In this order; each is a function of scenario.py. */
const stepsBeforeBulk: Steps = [
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
];

const stepsBehindBulk: Steps = [
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
    const take = async (steps: Steps) => {
      for (const [step, args] of steps) {
        await user.ask(step, args);
        cluster.checkAllRun();
      }
    };
    await take(stepsBeforeBulk);
    await take([['bulk_insert', await uploadBulkFiles(stage, user)]]);
    await take(stepsBehindBulk);
    if (run.setup === 'datanodes' || run.setup === 'original') {
      cluster.process('datacoord').environment = shortTolerance;
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

/** Puts files that the script writes into the object store, and returns the keys by kind. */
async function uploadBulkFiles(
  { run, cluster }: Stage,
  user: Conversation,
): Promise<Record<string, string[]>> {
  const directory = join(run.directory, 'work');
  const written = await user.ask('write_bulk_files', { directory });
  const keys: Record<string, string[]> = {};
  for (const [kind, names] of Object.entries(written)) {
    keys[kind] = [];
    for (const name of Array.isArray(names) ? names.map(String) : []) {
      const key = `bulk/${kind}/${name}`;
      await cluster.objects.put(key, [await readFile(join(directory, name))]);
      keys[kind]?.push(key);
    }
  }
  return keys;
}
