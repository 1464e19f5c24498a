import { physicalMs } from '@millrace/core';
import type { data } from '@millrace/proto';
import { Comparison } from '@millrace/proto/testing/compare-recorded';
import { type RecordedExchange, recorded } from '@millrace/proto/testing/recorded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { likeness } from '../testing/likeness.ts';
import { ReplayedCluster } from '../testing/replayed-cluster.ts';

/** When the recorded cluster began, from the first expiry it gave: 2 s behind the request 18,418 ms later. */
const startMs = physicalMs(470_638_903_513_579_522n) - 2_000 - 18_418;
const recordedNode = 3n;
/** The one of the recording that is compacted, and gets a TTL. */
const compactedCollection = 470_638_898_234_724_153n;

const asked = recorded('datacoord');
/** What the original had its DataNode do meanwhile. */
const directed = recorded('datanode');

/** Rows that its DataNode had of a segment when it was flushed. */
function rowsOf(segmentID: bigint): number | undefined {
  for (const { call, request } of asked) {
    if (call !== 'SaveBinlogPaths') continue;
    const save = request as data.SaveBinlogPathsRequest;
    if (save.segmentID === segmentID && save.checkPoints[0] !== undefined)
      return Number(save.checkPoints[0].numOfRows);
  }
  return undefined;
}

describe('the life of a cluster, recorded at a DataCoord 2.2.8', () => {
  const comparison = new Comparison(likeness);
  const cluster = new ReplayedCluster(comparison, startMs);
  const { node, rootCoord, clock } = cluster;
  /** What ours has to send as well before its results can come. */
  const awaited: (() => Promise<void>)[] = [];
  let isRewritten = false;

  beforeAll(async () => {
    await cluster.start(2n);
    await cluster.harness.join('the node', recordedNode);
  });
  afterAll(() => cluster.end());

  it('goes the same way with ours: each answer, and each request to its DataNode', {
    timeout: 60_000,
  }, async () => {
    const all = [...asked, ...directed].sort((a, b) => a.atMs - b.atMs);
    for (const exchange of all) {
      cluster.moveTo(exchange);
      if (exchange.path.includes('DataNode')) await direct(exchange);
      else await ask(exchange);
    }
    for (const wait of awaited.splice(0)) await wait();
    expect(comparison.differences).toEqual([]);
    expect(node.left).toEqual([]);
  });

  async function ask(exchange: RecordedExchange): Promise<void> {
    if (exchange.call === 'WatchChannels') {
      const { collectionID, schema, channelNames, startPositions } =
        cluster.request<data.WatchChannelsRequest>(exchange);
      if (schema === undefined) throw new Error('recorded with the schema');
      rootCoord.collections.set(collectionID, { schema, channels: channelNames, startPositions });
      await cluster.ask(exchange);
      for (const channel of channelNames) await cluster.acknowledge(channel);
    } else await cluster.ask(exchange);
  }

  async function direct(exchange: RecordedExchange): Promise<void> {
    switch (exchange.call) {
      case 'FlushSegments':
        await tickUntilFlushed(exchange);
        return;
      case 'Compaction': {
        const { channel, collectionTtl } = cluster.request<data.CompactionPlan>(exchange);
        if (collectionTtl > 0n) await rewrite();
        await compare(exchange, (plan: data.CompactionPlan) => plan.channel === channel);
        return;
      }
      case 'GetCompactionState': {
        const { results } = exchange.answer as data.CompactionStateResponse;
        if (results.length === 0) return;
        for (const wait of awaited.splice(0)) await wait();
        node.finish(comparison.ids.message(results));
        return;
      }
      case 'SyncSegments': {
        const { planID } = cluster.request<data.SyncSegmentsRequest>(exchange);
        await taken(exchange, (swap: data.SyncSegmentsRequest) => swap.planID === planID);
        return;
      }
      case 'AddImportSegment': {
        node.channelPos = (exchange.answer as data.AddImportSegmentResponse).channelPos;
        const { segmentId } = cluster.request<data.AddImportSegmentRequest>(exchange);
        await compare(exchange, (added: data.AddImportSegmentRequest) => added.segmentId === segmentId);
        return;
      }
      case 'Import':
        await compare(exchange, (_task: data.ImportTaskRequest) => true);
        return;
      default:
        throw new Error(`${exchange.call} is not expected in the recording of a DataNode`);
    }
  }

  /**
   * The original rewrites compacted segments of a collection with a TTL at every flush, again and again, because its compaction writes logs
   * that do not say when they end. Ours leaves them alone, and is asked to rewrite them so that the recording can go on.
   */
  async function rewrite(): Promise<void> {
    if (isRewritten) return;
    isRewritten = true;
    expect(node.left).not.toContain('Compaction');
    await cluster.harness.call.manualCompaction({ collectionID: compactedCollection });
  }

  /** Some of what the recorded node was asked is written before what made the coordinator ask it. */
  async function compare<Request>(
    exchange: RecordedExchange,
    fits: (request: Request) => boolean,
  ): Promise<void> {
    awaited.push(() => taken(exchange, fits));
  }

  async function taken<Request>(
    exchange: RecordedExchange,
    fits: (request: Request) => boolean,
  ): Promise<void> {
    comparison.request(exchange, await node.take(clock, exchange.call, fits));
  }

  /** The ticks of the node make the flush due. */
  async function tickUntilFlushed(exchange: RecordedExchange): Promise<void> {
    const [recordedID] = (exchange.request as data.FlushSegmentsRequest).segmentIDs;
    const id = comparison.ids.id(recordedID ?? 0n);
    const { insertChannel } = await cluster.harness.segment(id);
    const rows = rowsOf(recordedID ?? 0n);
    await cluster.tick(recordedNode, insertChannel, rows === undefined ? [] : [[id, rows]]);
    await taken(exchange, ({ segmentIDs }: data.FlushSegmentsRequest) => segmentIDs.includes(id));
  }
});
