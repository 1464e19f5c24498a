import { data } from '@millrace/proto';
import { LocalObjectStore } from '@millrace/storage';
import { collectionSchema, dimension, vchannel } from '../datanode/rows.ts';
import { cpuMicrosOf, type Measurement, peakRssOf, type Run, rateOf } from '../measurement.ts';
import { Probe } from '../probe.ts';
import { rowsOfPlan, writeSources } from './sources.ts';

const runs = 5;
const megabyte = 1e6;
const mebibyte = 1024 * 1024;
/** Key, RowID, timestamp, text and vector: what a row is in memory. */
const bytesOfRow = 3 * 8 + 28 + 4 * dimension;
const goals = { megabytesPerCore: 150, peakRssBytes: 600 * mebibyte } as const;

/** A DataNode merges four segments of three files, one row of twenty deleted; files are read from a directory, outputs go nowhere. */
export async function compaction(directory: string): Promise<readonly Measurement[]> {
  const store = new LocalObjectStore({ directory });
  const plan = data.CompactionPlan.fromPartial({
    channel: vchannel,
    type: data.CompactionType.MixCompaction,
    timeoutInSeconds: 300,
    timetravel: 1n << 62n,
    segmentBinlogs: await writeSources(store),
    totalRows: BigInt(rowsOfPlan),
  });
  await store.close();
  const encoded = Buffer.from(data.CompactionPlan.encode(plan).finish()).toString('base64');
  const node = await Probe.start(new URL('./plan-probe.ts', import.meta.url), [directory, encoded]);
  const zstd = await Probe.start(new URL('../datanode/zstd-probe.ts', import.meta.url));
  const measured: Run[] = [];
  const limits: Run[] = [];
  try {
    await node.run();
    for (let run = 0; run < runs; run++) {
      limits.push(await zstd.run());
      measured.push(await node.run());
    }
  } finally {
    await Promise.all([node.stop(), zstd.stop()]);
  }
  const [rate, cpuMicros, peakRssBytes] = [rateOf(measured), cpuMicrosOf(measured), peakRssOf(measured)];
  const perSecond = (rate * bytesOfRow) / megabyte;
  const perCore = bytesOfRow / cpuMicros;
  const what = `${collectionSchema.fields.length} fields, 4 segments → 1: ${perSecond.toFixed(0)} MB/s, ${perCore.toFixed(0)} per core`;
  return [
    {
      stage: 'compaction',
      what,
      unit: 'rows',
      rate,
      cpuMicros,
      peakRssBytes,
      limit: { name: 'zstd only, all cores', rate: rateOf(limits) },
      goals: [
        { text: `≥ ${goals.megabytesPerCore} MB/s per core`, reached: perCore >= goals.megabytesPerCore },
        { text: `≤ ${goals.peakRssBytes / mebibyte} MiB`, reached: peakRssBytes <= goals.peakRssBytes },
      ],
    },
  ];
}
