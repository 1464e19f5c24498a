import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scan } from '@millrace/metastore';
import { EngineError } from '../engines/engine.ts';
import { Conversation } from './conversation.ts';
import { decodeMetadata } from './decode-metadata.ts';
import type { LiveCluster, ProcessName } from './live-cluster.ts';
import { complaintsIn } from './log-complaints.ts';
import type { Piece, Stage } from './pieces.ts';
import { peers, writePath } from './write-path.ts';

/**
 * Outcome 6: what we write decodes with the original's messages, and a start of the original on it complains of nothing that it does not
 * complain of on its own metadata.
 */
export const metadata: Piece = async (stage) => {
  const { cluster, report } = stage;
  const { original, both } = writePath;
  await report.step('all roles of the original have sessions', () => cluster.start(...peers, ...original));
  const user = new Conversation(stage, 'swap.py');
  try {
    await user.ask('connect');
    await user.ask('create');
    await user.ask('load');
    await makeSegments(user, 0);
    const own = await restartOf(stage, user, original, original);
    await makeSegments(user, 10_000);
    await restartOf(stage, user, original, both);
    await makeSegments(user, 20_000);
    report.say(await report.step('every key decodes', () => checkKeys(cluster)));
    const ours = await restartOf(stage, user, both, original);
    const more = [...ours].filter((complaint) => !own.has(complaint));
    report.say(`${own.size} complaints of the original about its own metadata, ${ours.size} about ours`);
    if (more.length > 0)
      throw new EngineError(`the original complains of our metadata alone:\n${more.join('\n')}`);
  } finally {
    user.end();
  }
};

/** Compacted, flushed with deletes, and growing segments. */
async function makeSegments(user: Conversation, first: number): Promise<void> {
  await user.ask('write', { first: first + 1, count: 3000 });
  await user.ask('flush');
  await user.ask('delete', { first: 1, last: first + 3000, step: 6 });
  await user.ask('flush');
  await user.ask('compact');
  await user.ask('write', { first: first + 3001, count: 1500 });
  await user.ask('delete', { first: first + 3001, last: first + 4500, step: 9 });
  await user.ask('check', { what: `rows up to ${first + 4500}` });
}

/** One office follows another; returns what those who follow complain of until they have served a check, a flush and a load. */
async function restartOf(
  { cluster, report, run }: Stage,
  user: Conversation,
  from: readonly ProcessName[],
  to: readonly ProcessName[],
): Promise<ReadonlySet<string>> {
  // A DataNode that ends writes what it holds, which takes a DataCoord to tell.
  const [nodes, coordinators] = [from.filter(isNode), from.filter((name) => !isNode(name))];
  await report.step(`${from.join(', ')} stop`, async () => {
    await cluster.stop(...nodes);
    await cluster.stop(...coordinators);
  });
  const logs = to.map((name) => join(run.directory, 'logs', `${name}.log`));
  const lengths = await Promise.all(logs.map(async (path) => (await textOf(path)).length));
  await report.step(`${to.join(', ')} start`, () => cluster.start(...to));
  await user.ask('check', { what: 'after the start' });
  await user.ask('flush');
  await user.ask('reload');
  await user.ask('check', { what: 'loaded again' });
  cluster.checkAllRun();
  const texts = await Promise.all(logs.map(textOf));
  return new Set(texts.flatMap((text, at) => complaintsIn(text.slice(lengths[at]))));
}

function isNode(name: ProcessName): boolean {
  return name.includes('datanode');
}

function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/** Returns how many there were. */
async function checkKeys({ store, metaRoot }: LiveCluster): Promise<string> {
  const wrong: string[] = [];
  const counts = new Map<string, number>();
  for await (const { kvs } of scan(store, { prefix: `${metaRoot}/` })) {
    for (const { key, value } of kvs) {
      try {
        const kind = decodeMetadata(metaRoot, key, value);
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
      } catch (error) {
        wrong.push(`${key}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
  if (wrong.length > 0) throw new EngineError(`keys that do not decode:\n${wrong.join('\n')}`);
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
}
