import { physicalMs } from '@millrace/core';
import { registerSession, type Session } from '@millrace/metastore';
import { data, schema } from '@millrace/proto';
import { Comparison } from '@millrace/proto/testing/compare-recorded';
import { type RecordedExchange, recorded } from '@millrace/proto/testing/recorded';
import { loadOptions, realClock, realRandom } from '@millrace/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { settingsFromOptions } from '../settings-from-options.ts';
import { probeLikeness } from '../testing/probe-likeness.ts';
import { flushedOf, recordedChannel, recordedSegment, resultOf } from '../testing/recorded-metadata.ts';
import { recordedIndexCoord } from '../testing/recorded-peers.ts';
import { ReplayedCluster } from '../testing/replayed-cluster.ts';

const probes = recorded('probes');
const { configurations } = settingsFromOptions(loadOptions({}));

/** Milliseconds at which a series began, of which an answer at `atMs` gave this expiry. */
const startOf = (expireTime: bigint, atMs: number) => physicalMs(expireTime) - 2_000 - atMs;
/** Of the series whose answers tell no time. */
const anyMs = startOf(470_639_985_983_488_009n, 0);

/** Of the compaction that the last probes see: the time at which its sources were dropped. */
const compactedMs = 1_795_349_435_042;

/** Rows of 56 bytes: a segment takes 9,586,980. */
const probedSchema = schema.CollectionSchema.fromPartial({
  fields: [
    { fieldID: 0n, dataType: schema.DataType.Int64 },
    { fieldID: 1n, dataType: schema.DataType.Int64 },
    { fieldID: 100n, dataType: schema.DataType.Int64, isPrimaryKey: true },
    { fieldID: 101n, dataType: schema.DataType.FloatVector, typeParams: [{ key: 'dim', value: '8' }] },
  ],
});

/** The answer of a line, to make the metadata from that the probes found. */
function answerOf<Answer>(line: number): Answer {
  // Whoever names a line knows its answer.
  return probes[line]?.answer as Answer;
}

describe('what a DataCoord 2.2.8 was asked on purpose, asked of ours', () => {
  let cluster: ReplayedCluster;
  const clusters: ReplayedCluster[] = [];
  const asked = new Set<number>();

  function begin(startMs: number): ReplayedCluster {
    cluster = new ReplayedCluster(new Comparison(probeLikeness), startMs);
    clusters.push(cluster);
    return cluster;
  }
  afterEach(async () => {
    await cluster.end();
  });
  async function ask(first: number, last: number): Promise<void> {
    for (const exchange of probes.slice(first, last + 1)) await askOne(exchange);
    expect(cluster.comparison.differences).toEqual([]);
  }
  async function askOne(exchange: RecordedExchange): Promise<void> {
    asked.add(exchange.line);
    cluster.moveTo(exchange);
    await cluster.ask(exchange);
  }

  /** A coordinator of another process has the session. */
  function otherCoordinator(): Promise<Session> {
    const world = { store: cluster.harness.store, clock: realClock, random: realRandom };
    const session = { role: 'datacoord', address: 'elsewhere:1', serverID: 1n } as const;
    return registerSession(world, 'by-dev/meta', session, new AbortController().signal);
  }

  /** The collection and channel of these segments, as a node reads it. */
  async function store(
    infos: readonly data.SegmentInfo[],
    nodeID: bigint,
    checkpoint: unknown,
  ): Promise<string> {
    const { keys, store: metaStore } = cluster.harness;
    const [first] = infos;
    if (first === undefined) throw new Error('a segment tells the channel');
    const { insertChannel: name, collectionID } = first;
    cluster.rootCoord.collections.set(collectionID, { schema: probedSchema, channels: [name] });
    const position = checkpoint as data.SegmentInfo['dmlPosition'];
    const channel = { name, collectionID, schema: probedSchema, nodeID, checkpoint: position };
    await metaStore.transact({ writes: recordedChannel(keys, channel) });
    for (const info of infos) await metaStore.transact({ writes: recordedSegment(keys, info) });
    return name;
  }

  it('without a RootCoord, then without a DataNode', async () => {
    const { rootCoord } = begin(anyMs);
    await cluster.start(1n);
    rootCoord.isRunning = false;
    await ask(0, 4);
    rootCoord.isRunning = true;
    await ask(5, 7);
  });

  it('while another holds the session, while it reads its metadata, and behind that', async () => {
    begin(anyMs);
    const other = await otherCoordinator();
    const metadata = cluster.holdBack();
    const started = cluster.start(2n);
    await expect.poll(() => cluster.state()).toMatchObject({ nodeID: -1n });
    await ask(8, 45);
    await other.close();
    await expect.poll(() => cluster.state()).toMatchObject({ nodeID: 2n });
    await ask(46, 78);
    metadata.release();
    await started;
    await ask(79, 83);
  });

  it('that is healthy, with a flushed and a growing segment', { timeout: 60_000 }, async () => {
    const { harness } = begin(startOf(470_639_985_983_488_009n, 26));
    const { infos, channelCheckpoint } = answerOf<data.GetSegmentInfoResponse>(117);
    const [flushed] = infos;
    if (flushed === undefined) throw new Error('recorded with a flushed segment');
    const { insertChannel } = flushed;
    const indexed = new Set<bigint>();
    cluster.indexCoord = recordedIndexCoord(indexed);
    await store(infos, 4n, channelCheckpoint[insertChannel]);
    await cluster.start(2n, { configurations });
    const node = await harness.join('a node', 4n);
    await ask(84, 145);

    // One that was dropped in the memory of the original alone, and is there again after its restart.
    const { binlogs: _, statslogs: __, deltalogs: ___, ...other } = flushed;
    const forgotten = { ...other, ID: 470_639_931_892_633_716n, numOfRows: 100n };
    await store(
      [{ ...forgotten, binlogs: [], statslogs: [], deltalogs: [] }],
      4n,
      channelCheckpoint[insertChannel],
    );
    await cluster.start(10n, { configurations });
    cluster.node.metrics = JSON.stringify(connectedNode(146));
    await ask(146, 203);

    const { channelCheckpoint: later } = answerOf<data.GetSegmentInfoResponse>(205);
    const position = later[insertChannel];
    if (position === undefined) throw new Error('recorded with a checkpoint');
    await harness.call.updateChannelCheckpoint({ vChannel: insertChannel, position });
    await ask(204, 219);
    cluster.begin(startOf(470_640_015_041_888_258n, 0));
    await ask(220, 249);
    cluster.begin(startOf(470_640_015_081_472_001n, 0));
    await ask(250, 265);

    await node.session.close();
    await expect.poll(async () => (await harness.watchInfo(insertChannel))?.nodeID).not.toBe(4n);
    cluster.begin(startOf(470_640_025_318_195_201n, 4));
    await ask(297, 303);

    await harness.join('another node', 11n);
    await expect.poll(async () => (await harness.watchInfo(insertChannel))?.nodeID).toBe(11n);
    await cluster.acknowledge(insertChannel);
    await ask(304, 305);

    await compacted(indexed);
    await ask(306, 320);
  });

  /** Another collection, of which two segments were compacted and two dropped with their partition, and the node finds that by itself. */
  async function compacted(indexed: Set<bigint>): Promise<void> {
    const { harness, node, clock } = cluster;
    const { infos, channelCheckpoint } = answerOf<data.GetSegmentInfoResponse>(311);
    const result = infos.find(({ compactionFrom }) => compactionFrom.length > 0);
    if (result === undefined) throw new Error('recorded with a compacted segment');
    // GetSegmentInfo shows them with the position of what they became.
    const listed = new Map(answerOf<data.ListSegmentsInfoResponse>(310).infos.map((info) => [info.ID, info]));
    const before = infos
      .filter((info) => info !== result)
      .map((info) => ({ ...info, dmlPosition: listed.get(info.ID)?.dmlPosition }))
      .map((info) => (result.compactionFrom.includes(info.ID) ? flushedOf(info) : info));
    const name = result.insertChannel;
    await store(before, 11n, channelCheckpoint[name]);
    await cluster.start(14n, { configurations });
    cluster.begin(compactedMs);
    clock.moveTo(compactedMs);
    await harness.call.manualCompaction({ collectionID: result.collectionID });
    const plan = await node.take(clock, 'Compaction', ({ channel }: data.CompactionPlan) => channel === name);
    node.finish([resultOf(plan.planID, result)]);
    await node.take(clock, 'SyncSegments', ({ planID }: data.SyncSegmentsRequest) => planID === plan.planID);
    indexed.add(result.ID);
  }

  it('that stands by', async () => {
    begin(anyMs);
    const other = await otherCoordinator();
    await cluster.start(15n, { activeStandby: true });
    await ask(321, 325);
    await other.close();
  });

  it('whose DataNode is dead while its session lives', async () => {
    const { harness, node } = begin(anyMs);
    await cluster.start(14n);
    node.isRunning = false;
    await harness.join('a node', 11n);
    await expect.poll(async () => (await harness.call.checkHealth({})).isHealthy).toBe(false);
    await ask(326, 327);
  });

  it('whose channel is dropped', { timeout: 60_000 }, async () => {
    const { harness } = begin(startOf(470_640_285_625_090_055n, 3_220));
    const { infos, channelCheckpoint } = answerOf<data.GetSegmentInfoResponse>(329);
    const [dropped] = infos;
    if (dropped === undefined) throw new Error('recorded with a segment');
    const growing = { ...dropped, state: 2, numOfRows: 0n } as const;
    await store([growing], 10n, channelCheckpoint[dropped.insertChannel]);
    await cluster.start(11n);
    await harness.join('a node', 10n);
    await ask(328, 329);
    const state = async () => (await harness.watchInfo(dropped.insertChannel))?.info.state;
    await expect.poll(state).toBe(data.ChannelWatchState.ToRelease);
    await harness.acknowledge(data.ChannelWatchState.ReleaseSuccess, dropped.insertChannel);
    await expect.poll(state).toBeUndefined();
    await ask(330, 334);
  });

  it('leaves out no probe, and needs every row of the table', () => {
    const rows = clusters.map(({ comparison }) => new Set(comparison.unused));
    const unused = [...(rows[0] ?? [])].filter((row) => rows.every((others) => others.has(row)));
    expect(unused).toEqual([]);
    const ofDataCoord = probes.filter(({ path }) => path.includes('DataCoord'));
    expect(ofDataCoord.filter(({ line }) => !asked.has(line))).toEqual([]);
  });
});

/** What the node of a recorded topology said of itself. */
function connectedNode(line: number): unknown {
  const { response } = answerOf<{ readonly response: string }>(line);
  return JSON.parse(response).cluster.connected_nodes[0];
}
