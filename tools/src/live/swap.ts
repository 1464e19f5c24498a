import { Conversation } from './conversation.ts';
import type { ProcessName } from './live-cluster.ts';
import type { Piece, Stage } from './pieces.ts';
import { dropAndAwaitRemoval, shortRetention } from './removal.ts';
import { peers, writePath } from './write-path.ts';

/** How those in office leave it. */
type Leave = 'stop' | 'kill';

interface Office {
  readonly title: string;
  readonly datacoord: ProcessName;
  readonly datanodes: readonly ProcessName[];
}

const original: Office = { title: 'the original', datacoord: 'datacoord', datanodes: ['datanode'] };
const ours: Office = {
  title: 'ours',
  datacoord: 'our-datacoord',
  datanodes: writePath.both.filter((name) => name !== 'our-datacoord'),
};

/** Keys of one term in office; no two terms share any. */
const keysPerTerm = 10_000;

/** Outcome 3: DataCoord and DataNodes change hands, and change back, on the same metadata, log and bucket. */
export const swap: Piece = async (stage) => {
  const { cluster, report } = stage;
  await report.step('all roles of the original have sessions', () =>
    cluster.start(...peers, original.datacoord, ...original.datanodes),
  );
  const user = new Conversation(stage, 'swap.py');
  try {
    await user.ask('connect');
    await user.ask('create');
    await user.ask('load');
    await serveTerm(user, original, 0);
    await handOver(stage, user, original, ours, 0, 'stop');
    await serveTerm(user, ours, 1);
    await handOver(stage, user, ours, original, 1, 'kill');
    await serveTerm(user, original, 2);
    await handOver(stage, user, original, ours, 2, 'kill');
    await user.ask('reload');
    await user.ask('check', { what: 'loaded again at the end' });
    cluster.checkAllRun();
    cluster.process('our-datacoord').environment = shortRetention;
    await report.step('DataCoord starts again with a short retention', async () => {
      await cluster.stop('our-datacoord');
      await cluster.start('our-datacoord');
    });
    const { collectionIDs } = await user.ask('collection_ids');
    await dropAndAwaitRemoval(stage, collectionIDs, () => user.ask('drop'));
  } finally {
    user.end();
  }
};

/** A term leaves segments of every kind behind: compacted, flushed with deletes, and growing ones whose rows nobody asked to flush. */
async function serveTerm(user: Conversation, { title }: Office, term: number): Promise<void> {
  const first = 1 + term * keysPerTerm;
  await user.ask('write', { first, count: 3000 });
  await user.ask('flush');
  await user.ask('delete', { first: 1, last: first + 3000, step: 7 + term });
  await user.ask('flush');
  await user.ask('compact');
  await user.ask('check', { what: `${title}: compacted` });
  await user.ask('write', { first: first + 3000, count: 2500 });
  await user.ask('flush');
  await user.ask('build_index');
  await user.ask('reload');
  await user.ask('check', { what: `${title}: loaded again` });
  await user.ask('delete', { first: first + 3000, last: first + 5500, step: 5 });
  await user.ask('write', { first: first + 5500, count: 700 });
  await user.ask('check', { what: `${title}: growing` });
}

/**
 * The DataNodes leave first, so that the last rows and deletes are in the log alone, and the last segments are sealed with nobody to flush them.
 */
async function handOver(
  { cluster, report }: Stage,
  user: Conversation,
  from: Office,
  to: Office,
  term: number,
  leave: Leave,
): Promise<void> {
  const first = 1 + term * keysPerTerm + 7000;
  cluster.checkAllRun();
  await report.step(`${from.title}: DataNodes ${leave}`, () => cluster[leave](...from.datanodes));
  await user.ask('write', { first, count: 800 });
  await user.ask('delete', { first, last: first + 800, step: 4 });
  await user.ask('seal');
  await user.ask('write', { first: first + 800, count: 300 });
  await report.step(`${from.title}: DataCoord ${leave}`, () => cluster[leave](from.datacoord));
  await report.step(`${to.title}: DataCoord and DataNodes have sessions`, () =>
    cluster.start(to.datacoord, ...to.datanodes),
  );
  await user.ask('check', { what: `after the swap to ${to.title}` });
  await user.ask('flush');
  await user.ask('check', { what: `after the swap to ${to.title}, flushed` });
}
