import { join } from 'node:path';
import {
  cpuMicrosOf,
  extraOf,
  type Goal,
  type Measurement,
  median,
  peakRssOf,
  type Run,
  rateOf,
} from '../measurement.ts';
import { Probe } from '../probe.ts';
import { withEtcd } from '../with-etcd.ts';
import { collectionNamed } from './collection.ts';

const runs = 5;
/** Etcd and the coordinator share the cores: one start takes a fifth longer than another. */
const runsOnEtcd = 15;
const goals = {
  bytesEach: 1_200,
  lmdbMs: 2_000,
  timesRaw: 1.5,
  /** GetRecoveryInfoV2, by collection. */
  answerMs: { small: 30, half: 400, large: 300 },
  heldMs: 50,
} as const;

/** Asks for a million segments instead. */
const millionVariable = 'BENCH_MILLION_SEGMENTS';

/**
 * A coordinator of 100,000 flushed segments: its memory, its start, its largest answers. With BENCH_MILLION_SEGMENTS set, the start of one of
 * a million instead, once: that takes some minutes and 6 GB of disk.
 */
export async function segments(directory: string): Promise<readonly Measurement[]> {
  const place = join(directory, 'store');
  if (process.env[millionVariable] !== undefined) {
    await filled('lmdb', place, 'million');
    return [await readyOnLmdb(place, 'million', 1, 10 * goals.lmdbMs)];
  }
  await filled('lmdb', place, 'large');
  await becomeReady('lmdb', place, 'large');
  const ready = await readyOnLmdb(place, 'large', runs, goals.lmdbMs);
  for (const collection of ['small', 'half']) await filled('lmdb', place, collection);
  return [ready, ...(await answers(place)), ...(await readyOnEtcd(directory))];
}

async function filled(kind: string, place: string, collection: string): Promise<void> {
  const filler = await Probe.start(new URL('./fill-probe.ts', import.meta.url), [kind, place]);
  await filler.run(collection);
  await filler.stop();
}

/** Each in a process of its own, as it is after a restart. */
async function becomeReady(
  kind: string,
  place: string,
  collection: string,
): Promise<{ readonly start: Run; readonly memory: Run }> {
  const probe = await Probe.start(
    new URL('./ready-probe.ts', import.meta.url),
    [kind, place, collection],
    'datacoord',
  );
  const start = await probe.run('start');
  const memory = await probe.run('memory');
  await probe.stop();
  return { start, memory };
}

/** In a process of its own and with the same arguments, too. */
async function readRaw(address: string): Promise<Run> {
  const raw = await Probe.start(new URL('./raw-etcd-probe.ts', import.meta.url), [address], 'datacoord');
  const read = await raw.run();
  await raw.stop();
  return read;
}

async function readyOnLmdb(
  place: string,
  collection: string,
  times: number,
  msMax: number,
): Promise<Measurement> {
  const starts: Run[] = [];
  const memories: Run[] = [];
  for (let run = 0; run < times; run++) {
    const { start, memory } = await becomeReady('lmdb', place, collection);
    starts.push(start);
    memories.push(memory);
  }
  const ms = median(starts.map(({ seconds }) => seconds * 1000));
  return {
    stage: 'segments',
    what: `start on lmdb with ${thousands(collectionNamed(collection).segments)} flushed segments${times > 1 ? '' : ', once'}`,
    unit: 'segments',
    rate: rateOf(starts),
    cpuMicros: cpuMicrosOf(starts),
    peakRssBytes: peakRssOf(starts),
    goals: [
      atMost('ready in', ms, msMax, 'ms'),
      atMost('memory each', extraOf(starts, 'bytesEach'), goals.bytesEach, 'B'),
      atMost('behind a collection', extraOf(memories, 'bytesEach'), goals.bytesEach, 'B'),
      atMost('event loop held', extraOf(starts, 'heldMs'), goals.heldMs, 'ms'),
    ],
  };
}

async function readyOnEtcd(directory: string): Promise<readonly Measurement[]> {
  const measured = await withEtcd('segments', directory, async (address): Promise<Measurement> => {
    await filled('etcd', address, 'large');
    const starts: Run[] = [];
    const memories: Run[] = [];
    const limits: Run[] = [];
    await readRaw(address);
    await becomeReady('etcd', address, 'large');
    for (let run = 0; run < runsOnEtcd; run++) {
      limits.push(await readRaw(address));
      const { start, memory } = await becomeReady('etcd', address, 'large');
      starts.push(start);
      memories.push(memory);
    }
    const times = rateOf(limits) / rateOf(starts);
    return {
      stage: 'segments',
      what: `the same on etcd, ${runsOnEtcd} times`,
      unit: 'segments',
      rate: rateOf(starts),
      cpuMicros: cpuMicrosOf(starts),
      peakRssBytes: peakRssOf(starts),
      limit: { name: 'reading the keys, 4 known ranges at a time', rate: rateOf(limits) },
      goals: [
        atMost('of reading alone', times, goals.timesRaw, '×'),
        atMost('memory each', extraOf(starts, 'bytesEach'), goals.bytesEach, 'B'),
        atMost('behind a collection', extraOf(memories, 'bytesEach'), goals.bytesEach, 'B'),
        atMost('event loop held', extraOf(starts, 'heldMs'), goals.heldMs, 'ms'),
        // etcd wants both cores all the while: what is beyond its own CPU is a wait for one.
        atMost('by its own CPU', extraOf(starts, 'heldCpuMs'), goals.heldMs, 'ms'),
      ],
    };
  });
  return measured === undefined ? [] : [measured];
}

async function answers(place: string): Promise<readonly Measurement[]> {
  const server = await Probe.start(new URL('./answer-probe.ts', import.meta.url), [place], 'datacoord');
  const client = await Probe.start(new URL('./asking-probe.ts', import.meta.url), [
    `127.0.0.1:${server.greeting}`,
  ]);
  const copy = await Probe.start(new URL('./copy-probe.ts', import.meta.url));
  const ask = async (collection: keyof typeof goals.answerMs): Promise<readonly Measurement[]> => {
    const segmentCount = collectionNamed(collection).segments;
    const asked: Run[] = [];
    const answered: Run[] = [];
    const copied: Run[] = [];
    const warm = await client.run(collection);
    // Each segment is counted for the first answer alone.
    const first = await server.run();
    const bytes = warm.extra?.['bytes'] ?? 0;
    await copy.run(String(bytes));
    for (let run = 0; run < runs; run++) {
      copied.push(await copy.run(String(bytes)));
      await server.run();
      asked.push(await client.run(collection));
      answered.push(await server.run());
    }
    const tookMs = extraOf(answered, 'tookMs');
    const what = `GetRecoveryInfoV2 of ${thousands(segmentCount)} (${Math.round(bytes / 1e6)} MB)`;
    return [
      {
        stage: 'segments',
        what: `${what}, built, encoded and given to the connection`,
        unit: 'segments',
        rate: (segmentCount * 1000) / tookMs,
        limit: { name: 'copying the bytes', rate: (segmentCount * 1000) / extraOf(copied, 'tookMs') },
        goals: [
          atMost('took', tookMs, goals.answerMs[collection], 'ms'),
          atMost('the first one', extraOf([first], 'tookMs'), goals.answerMs[collection], 'ms'),
          atMost('event loop held', extraOf(answered, 'heldMs'), goals.heldMs, 'ms'),
        ],
      },
      {
        stage: 'segments',
        what: `${what}, until its caller has the bytes`,
        unit: 'segments',
        rate: rateOf(asked),
        goals: [],
      },
    ];
  };
  try {
    return [...(await ask('small')), ...(await ask('half')), ...(await ask('large'))];
  } finally {
    await client.stop();
    await Promise.all([server.stop(), copy.stop()]);
  }
}

function atMost(what: string, value: number, most: number, unit: string): Goal {
  const shown = value < 10 ? value.toFixed(2) : Math.round(value).toLocaleString('en-US');
  return { text: `${what} ${shown} ${unit} (≤ ${most.toLocaleString('en-US')})`, reached: value <= most };
}

const thousands = (count: number): string => count.toLocaleString('en-US');
