import { listSessions, metaKeys } from '@millrace/metastore';
import { common, data } from '@millrace/proto';
import { connect } from '@millrace/runtime';
import type { BenchCollection } from '../../bench/segments/collection.ts';
import { fill } from '../../bench/segments/fill.ts';
import { RawReader } from '../../bench/segments/raw-reader.ts';
import { Conversation } from '../conversation.ts';
import type { Piece, Stage } from '../pieces.ts';
import { until } from '../until.ts';
import { coordinatorClient } from './coordinator-client.ts';
import { createCollection } from './create-collection.ts';
import { record } from './figures.ts';
import { processMemory } from './process-memory.ts';
import { type Side, sides } from './sides.ts';

const counts = [
  { name: 'ten', segments: 10_000, goal: '≤ 30 ms', asked: 15 },
  { name: 'hundred', segments: 100_000, goal: '≤ 300 ms', asked: 1 },
] as const;

const answerDeadlineMs = 10_000;
const pollMs = 20;
/** Longer than its lease by what etcd takes to notice. */
const sessionEndsMs = 40_000;

/** A coordinator that starts on the metadata of many segments: how soon it serves, what they take, its largest answers. */
export const segments: Piece = async (stage) => {
  const { cluster, report, run } = stage;
  await cluster.start('rootcoord', 'others', 'proxy', 'datacoord');
  const collections = await createCollections(stage);
  await cluster.stop('datacoord');
  const empty = new Map<Side, Started>();
  for (const side of sides) {
    empty.set(side, await startSide(stage, side, 'without segments'));
    await cluster.stop(side.datacoord);
  }
  for (const collection of collections)
    await report.step(`${collection.segments} segments are in etcd`, () => fill(cluster.store, collection));
  const total = collections.reduce((sum, { segments }) => sum + segments, 0);
  const what = `ready with ${total.toLocaleString('en-US')} segments, over an empty start`;
  const raw = await report.step('limit: reading their keys', () => readRaw(stage));
  await record(run.directory, { what, unit: 's', better: 'less', side: 'limit', value: raw });
  for (const side of sides) {
    const started = await startSide(stage, side, `with ${total} segments`);
    const before = empty.get(side) ?? started;
    const of = { side: side.name, better: 'less' } as const;
    const seconds = started.seconds - before.seconds;
    await record(run.directory, { ...of, what, unit: 's', value: seconds, goal: '≤ 1.5 × the limit' });
    const kilobytes = (started.residentBytes - before.residentBytes) / total / 1000;
    await record(run.directory, {
      ...of,
      what: 'memory per segment',
      unit: 'KB',
      value: kilobytes,
      goal: '≤ 1.2 KB',
    });
    await askForRecovery(stage, side, collections);
    // What it was asked last may keep it for long; a killed one's session outlives it, and nobody serves beside that.
    await cluster.kill(side.datacoord);
    await until(`the session of ${side.datacoord} ends`, sessionEndsMs, async () => {
      return (await listSessions(cluster.store, cluster.metaRoot, 'datacoord')).length === 0;
    });
  }
};

/** Seconds that reading them takes that does nothing else, the second time: as warm as for who comes after it. */
async function readRaw({ cluster }: Stage): Promise<number> {
  const prefix = `${metaKeys(cluster.metaRoot).root}/datacoord-meta/`;
  const reader = await RawReader.open(cluster.store, cluster.engines.address('etcd'), prefix);
  await reader.read();
  const startMs = performance.now();
  await reader.read();
  reader.close();
  return (performance.now() - startMs) / 1000;
}

async function createCollections(stage: Stage): Promise<readonly BenchCollection[]> {
  const user = new Conversation(stage, 'bench.py');
  try {
    await user.ask('connect');
    const created: BenchCollection[] = [];
    for (const { name, segments } of counts)
      created.push({ ...(await createCollection(stage.cluster, user, name, 2)), segments });
    return created;
  } finally {
    user.end();
  }
}

interface Started {
  readonly seconds: number;
  readonly residentBytes: number;
}

async function startSide({ cluster, report }: Stage, side: Side, how: string): Promise<Started> {
  const startMs = performance.now();
  await report.step(`${side.name} is ready ${how}`, async () => {
    await cluster.start(side.datacoord);
    const { client } = await coordinatorClient(cluster, pollMs);
    client.close();
  });
  const seconds = (performance.now() - startMs) / 1000;
  const { residentBytes } = await processMemory(cluster.process(side.datacoord).pid);
  return { seconds, residentBytes };
}

async function askForRecovery(
  { cluster, report, run }: Stage,
  side: Side,
  collections: readonly BenchCollection[],
): Promise<void> {
  const { address, client } = await coordinatorClient(cluster);
  client.close();
  const raw = connect(rawService, address, { deadlineMs: answerDeadlineMs });
  try {
    for (const [at, { id, segments }] of collections.entries()) {
      const { goal = '', asked = 1 } = counts[at] ?? {};
      const what = `GetRecoveryInfoV2 of ${segments.toLocaleString('en-US')} segments without index`;
      const took: number[] = [];
      let said = '';
      for (let round = 0; round < asked; round++) {
        const startMs = performance.now();
        const answer = await raw.call
          .getRecoveryInfoV2(data.GetRecoveryInfoRequestV2.fromPartial({ collectionID: id }))
          .catch((error: unknown) => ({ refused: error instanceof Error ? error.message : String(error) }));
        if ('refused' in answer) said = answer.refused;
        else {
          took.push(performance.now() - startMs);
          said = answer.said;
        }
      }
      report.say(`${side.name}: ${what}: ${said}, ${took.map(Math.round).join(', ')} ms`);
      took.sort((a, b) => a - b);
      await record(run.directory, {
        what,
        unit: 'ms',
        better: 'less',
        side: side.name,
        value: took[took.length >>> 1],
        goal,
      });
    }
  } finally {
    raw.close();
  }
}

/** The call, its answer left as bytes but for a short one, which is a refusal: decoding is the peer's business. */
const rawService = {
  getRecoveryInfoV2: {
    ...data.DataCoordService.getRecoveryInfoV2,
    responseDeserialize: (bytes: Buffer) => ({ said: summaryOf(bytes) }),
  },
} as const;

function summaryOf(bytes: Buffer): string {
  if (bytes.length > 10_000) return `${(bytes.length / 1e6).toFixed(1)} MB`;
  const { status } = data.GetRecoveryInfoResponseV2.decode(bytes);
  return `code ${status?.errorCode ?? common.ErrorCode.Success} ${status?.reason ?? ''}`;
}
