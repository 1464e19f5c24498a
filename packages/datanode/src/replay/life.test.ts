import { readFileSync } from 'node:fs';
import { physicalMs } from '@millrace/core';
import { common, data, type internal } from '@millrace/proto';
import { Comparison } from '@millrace/proto/testing/compare-recorded';
import { type RecordedExchange, recorded } from '@millrace/proto/testing/recorded';
import { decodeMessage } from '@millrace/stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { likeness } from '../testing/likeness.ts';
import { recordedCollection, writeSources } from '../testing/recorded-plans.ts';
import { ReplayedNode } from '../testing/replayed-node.ts';
import type { LogWriter } from '../testing/write-log.ts';

/** DML topics and assignments of the recorded cluster; base64. */
const golden: {
  readonly watches: Readonly<Record<string, string>>;
  readonly topics: Readonly<Record<string, readonly string[]>>;
} = JSON.parse(readFileSync(new URL('../../fixtures/golden.json', import.meta.url), 'utf8'));
const bytesOf = (text: string | undefined) => Buffer.from(text ?? '', 'base64');

const asked = recorded('datanode');
/** What the original told its DataCoord of the segments whose rows were kept. */
const saves = recorded('datacoord')
  .filter(({ call }) => call === 'SaveBinlogPaths')
  .slice(0, 4);
const saveOf = ({ request }: RecordedExchange) => request as data.SaveBinlogPathsRequest;

/** Of the later collection the rows were not kept: it is known by its channels and plans alone. */
const plans = asked
  .filter(({ call }) => call === 'Compaction')
  .map(({ request }) => request as data.CompactionPlan);
const laterChannels = [...new Set(plans.map(({ channel }) => channel))];
const laterCollection = 470_638_898_234_724_153n;
/** When the first rows were flushed. */
const startMs = physicalMs(470_638_903_684_235_265n);
/** Offset of the last message in its channels when imported segments were added. */
const lastOffset = 0x134;

describe('the life of a DataNode, recorded at a 2.2.8', () => {
  const comparison = new Comparison(likeness);
  let replayed: ReplayedNode;
  /** What is published behind the flush that reaches the rows before. */
  const behindFlush = new Map<string, Buffer[]>();
  const writers = new Map<string, LogWriter>();

  beforeEach(async () => {
    replayed = await ReplayedNode.start(3n, startMs, comparison, { skipStatsLoad: true });
    await watchGolden();
    await watchLater();
  });
  afterEach(() => replayed.stop());

  it('goes the same way with ours: each answer, and what it saves', { timeout: 60_000 }, async () => {
    for (const exchange of asked) await take(exchange);
    for (const save of saves) {
      const { segmentID } = saveOf(save);
      const ours = replayed.cluster.dataCoord.saves.find((one) => one.segmentID === segmentID);
      comparison.request(save, ours);
    }
    expect(comparison.differences).toEqual([]);
    expect(comparison.unused).toEqual([]);
  });

  /** The channels whose rows were kept, up to the pack that the original flushed behind. */
  async function watchGolden(): Promise<void> {
    const { cluster, node } = replayed;
    for (const [vchannel, assignment] of Object.entries(golden.watches)) {
      const pchannel = vchannel.slice(0, vchannel.lastIndexOf('_'));
      const flushedAt = saves
        .map((save) => saveOf(save).checkPoints[0]?.position)
        .find((position) => position?.channelName === vchannel)?.timestamp;
      if (flushedAt === undefined) throw new Error(`recorded with a flush of ${vchannel}`);
      const messages = (golden.topics[pchannel] ?? []).map(bytesOf);
      for (const payload of messages) {
        const message = decodeMessage(payload);
        if (message.kind !== 'insert') continue;
        const { segmentID: ID, collectionID, partitionID } = message;
        cluster.dataCoord.allocate({ ID, collectionID, partitionID, insertChannel: vchannel });
      }
      const first = messages.filter((payload) => decodeMessage(payload).endTs < flushedAt);
      behindFlush.set(vchannel, messages.slice(first.length));
      await cluster.stream.publish(pchannel, first);
      const info = data.ChannelWatchInfo.decode(bytesOf(assignment));
      await node.put(vchannel, { ...info, state: data.ChannelWatchState.ToWatch });
      const last = first.map((payload) => decodeMessage(payload).endTs).at(-1);
      const tick = () => node.node.channels().find((channel) => channel.vchannel === vchannel)?.tick;
      await expect.poll(tick).toBe(last);
    }
  }

  /** The channels of the later collection with the sources of its first plans, saved but not flushed. */
  async function watchLater(): Promise<void> {
    const { cluster, node } = replayed;
    for (const channel of laterChannels) {
      const start: internal.MsgPosition = {
        channelName: channel,
        msgID: Buffer.alloc(8),
        msgGroup: '',
        timestamp: 1n,
      };
      for (const { segmentBinlogs } of plans.slice(0, 2).filter((plan) => plan.channel === channel)) {
        for (const {
          segmentID: ID,
          fieldBinlogs: binlogs,
          field2StatslogPaths: statslogs,
        } of segmentBinlogs) {
          const ids = { ID, collectionID: laterCollection, insertChannel: channel };
          cluster.dataCoord.allocate({
            ...ids,
            startPosition: start,
            dmlPosition: start,
            binlogs,
            statslogs,
          });
        }
      }
      await writerOf(channel).tick();
      await node.put(channel, {
        vchan: cluster.dataCoord.vchannel(laterCollection, channel, start),
        state: data.ChannelWatchState.ToWatch,
        schema: recordedCollection,
      });
      await expect.poll(() => node.state(channel)).toBe(data.ChannelWatchState.WatchSuccess);
    }
    for (const plan of plans.slice(0, 2)) await writeSources(plan, cluster.objects);
    cluster.rootCoord.collection = recordedCollection;
    await cluster.objects.put('bulk/heldout_894628991.json', [importedFile(2_000)]);
  }

  async function take(exchange: RecordedExchange): Promise<void> {
    switch (exchange.call) {
      case 'FlushSegments':
        await replayed.ask(exchange);
        await flushed(replayed.request<data.FlushSegmentsRequest>(exchange).segmentIDs);
        return;
      case 'GetCompactionState': {
        const { results } = exchange.answer as data.CompactionStateResponse;
        if (results.length > 0) await expect.poll(() => isDone(exchange), { timeout: 20_000 }).toBe(true);
        await replayed.ask(exchange);
        return;
      }
      case 'AddImportSegment':
        await fill(replayed.request<data.AddImportSegmentRequest>(exchange).channelName);
        await replayed.ask(exchange);
        return;
      default:
        await replayed.ask(exchange);
    }
  }

  /** The flush happens behind the next pack. */
  async function flushed(segmentIDs: readonly bigint[]): Promise<void> {
    const { cluster } = replayed;
    for (const id of segmentIDs) {
      const segment = cluster.dataCoord.segments.get(id);
      if (segment === undefined) continue;
      const { insertChannel } = segment;
      const rest = behindFlush.get(insertChannel);
      if (rest === undefined) await writerOf(insertChannel).tick();
      else await cluster.stream.publish(insertChannel.slice(0, insertChannel.lastIndexOf('_')), rest);
      const state = () => cluster.dataCoord.segments.get(id)?.state;
      await expect.poll(state).toBe(common.SegmentState.Flushed);
    }
  }

  /** Ticks until the channel's last message is where it was. */
  async function fill(vchannel: string): Promise<void> {
    const { pchannel } = writerOf(vchannel);
    for (;;) {
      const latest = await replayed.cluster.stream.latest(pchannel);
      const offset = latest === undefined ? -1n : Buffer.from(latest).readBigInt64LE();
      if (offset === BigInt(lastOffset)) return;
      if (offset > BigInt(lastOffset)) throw new Error(`${pchannel} has more messages than were recorded`);
      await writerOf(vchannel).tick(1);
    }
  }

  function writerOf(vchannel: string): LogWriter {
    const writer = writers.get(vchannel) ?? replayed.cluster.writer(vchannel);
    writers.set(vchannel, writer);
    return writer;
  }

  /** All plans of the recorded answer have their results. */
  async function isDone(exchange: RecordedExchange): Promise<boolean> {
    const wanted = exchange.answer as data.CompactionStateResponse;
    const { results } = (await replayed.answer(exchange)) as data.CompactionStateResponse;
    const done = results.filter(({ state }) => state === common.CompactionState.Completed);
    return done.length === wanted.results.length;
  }
});

/** A file as the one that was imported and not kept. */
function importedFile(rows: number): Buffer {
  const vec = Array.from({ length: 16 }, (_, at) => at / 16);
  const row = (id: number) => ({
    id,
    tag: `row ${id}`,
    score: id / 2,
    flag: id % 2 === 0,
    small: id % 100,
    vec,
  });
  return Buffer.from(JSON.stringify({ rows: Array.from({ length: rows }, (_, id) => row(id)) }));
}
