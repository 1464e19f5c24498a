import { Conversation } from './conversation.ts';
import type { Piece } from './pieces.ts';
import { shortRetention, untilLogsAreGone } from './removal.ts';
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
export const scenario: Piece = async ({ run, cluster, report }) => {
  // Ours removes what is dropped within the scenario; the original must not before its end.
  cluster.process('our-datacoord').environment = shortRetention;
  await report.step('all roles have sessions', () => cluster.start(...peers, ...writePath[run.setup]));
  const user = new Conversation(run.programs.python, 'scenario.py', report);
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
    }
    const { collectionIDs } = await user.ask('drop_collections');
    for (const id of Array.isArray(collectionIDs) ? collectionIDs.map(String) : []) {
      await report.step(`no object of dropped collection ${id} is left`, () => untilLogsAreGone(cluster, id));
    }
    cluster.checkAllRun();
  } finally {
    user.end();
  }
};
