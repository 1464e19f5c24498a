import { decodeDeltaLog, decodeInsertLog, stringsOf } from '@millrace/binlog';
import { type Clock, type Logger, seededRandom, silentLogger } from '@millrace/core';
import { MemoryMetaStore, metaKeys } from '@millrace/metastore';
import { type common, data, type internal } from '@millrace/proto';
import { realClock } from '@millrace/runtime';
import { MemoryObjectStore, type ObjectStore } from '@millrace/storage';
import { MemoryStream, offsetID } from '@millrace/stream';
import { createDataNode, type DataNode } from '../datanode.ts';
import type { BinlogEncoder } from '../encoder/binlog-encoder.ts';
import { StreamPacks } from '../pipeline/stream-packs.ts';
import { type DataNodeSettings, defaultDataNodeSettings } from '../settings.ts';
import { FakeDataCoord, FakeRootCoord } from './fake-coordinators.ts';
import { strictEncoder } from './spoiled-memory.ts';
import { LogWriter, testCollection, testSchema } from './write-log.ts';

/** A cluster around DataNodes: log, objects and metadata in memory, coordinators that are told what to answer. */
export class TestCluster {
  readonly clock: Clock;
  readonly metaStore = new MemoryMetaStore({ clock: realClock });
  readonly stream = new MemoryStream();
  readonly objects = new MemoryObjectStore({ clock: realClock });
  readonly rootCoord = new FakeRootCoord();
  readonly dataCoord = new FakeDataCoord();
  readonly log: Logger = silentLogger;
  private readonly started: TestNode[] = [];
  private nextNodeID = 5n;

  constructor(clock: Clock = realClock) {
    this.clock = clock;
  }

  writer(vchannel: string): LogWriter {
    return new LogWriter(this.stream, vchannel);
  }

  start(
    settings: Partial<DataNodeSettings> = {},
    objectStore: ObjectStore = this.objects,
    encoder: BinlogEncoder = strictEncoder(),
  ): TestNode {
    const node = new TestNode(this, this.nextNodeID++, settings, objectStore, encoder);
    this.started.push(node);
    return node;
  }

  async stop(): Promise<void> {
    for (const node of this.started) await node.kill();
  }

  /** Everything metadata names for a channel: keys of the rows in insert logs, and of the deletes in delta logs, per segment. */
  async saved(segmentID: bigint): Promise<{ keys: bigint[]; deletes: bigint[]; info: data.SegmentInfo }> {
    const info = this.dataCoord.segments.get(segmentID);
    if (info === undefined) throw new Error(`no segment ${segmentID}`);
    const keys: bigint[] = [];
    const deletes: bigint[] = [];
    for (const { binlogs } of info.binlogs.filter(({ fieldID }) => fieldID === 100n)) {
      for (const { logPath } of binlogs) {
        const { column } = decodeInsertLog(await this.objects.get(logPath));
        for (let row = 0; row < column.rows; row++)
          keys.push(Buffer.from(column.values).readBigInt64LE(8 * row));
      }
    }
    for (const { binlogs } of info.deltalogs) {
      for (const { logPath } of binlogs)
        for (const { primaryKey } of decodeDeltaLog(await this.objects.get(logPath)).deletes)
          deletes.push(BigInt(primaryKey));
    }
    return { keys, deletes, info };
  }

  async strings(logPath: string): Promise<string[]> {
    const { column } = decodeInsertLog(await this.objects.get(logPath));
    if (column.dataType !== 'varchar') throw new Error('no strings');
    return Array.from(stringsOf(column), (utf8) => Buffer.from(utf8).toString());
  }
}

export class TestNode {
  readonly nodeID: bigint;
  readonly node: DataNode;
  readonly finished: Promise<void>;
  private readonly cluster: TestCluster;
  private readonly aborter = new AbortController();

  constructor(
    cluster: TestCluster,
    nodeID: bigint,
    settings: Partial<DataNodeSettings>,
    objectStore: ObjectStore,
    encoder: BinlogEncoder,
  ) {
    this.cluster = cluster;
    this.nodeID = nodeID;
    const random = seededRandom(Number(nodeID));
    this.node = createDataNode(
      { ...defaultDataNodeSettings, timeTickIntervalMs: 5, checkpointIntervalMs: 0, ...settings },
      {
        nodeID,
        clock: cluster.clock,
        random,
        log: cluster.log,
        metaStore: cluster.metaStore,
        stream: cluster.stream,
        packs: new StreamPacks(cluster),
        objectStore,
        rootCoord: cluster.rootCoord.calls,
        dataCoord: cluster.dataCoord.calls,
        encoder,
      },
    );
    this.finished = this.node.run(this.aborter.signal);
  }

  get handlers(): DataNode['handlers'] {
    return this.node.handlers;
  }

  /** Ends the node without letting it write anything more. */
  async kill(): Promise<void> {
    this.aborter.abort();
    await this.finished;
  }

  key(vchannel: string): string {
    return metaKeys().key.channelWatch({ nodeID: this.nodeID, vchannel });
  }

  async assign(vchannel: string, collectionID = testCollection): Promise<void> {
    const first: internal.MsgPosition = {
      channelName: vchannel.slice(0, vchannel.lastIndexOf('_')),
      msgID: Buffer.from(offsetID(0n)),
      msgGroup: '',
      timestamp: 0n,
    };
    await this.put(vchannel, {
      vchan: this.cluster.dataCoord.vchannel(collectionID, vchannel, first),
      state: data.ChannelWatchState.ToWatch,
      schema: testSchema,
    });
  }

  async askRelease(vchannel: string): Promise<void> {
    await this.put(vchannel, { ...(await this.info(vchannel)), state: data.ChannelWatchState.ToRelease });
  }

  async info(vchannel: string): Promise<data.ChannelWatchInfo> {
    const kv = await this.cluster.metaStore.get(this.key(vchannel));
    return kv === undefined ? data.ChannelWatchInfo.create() : data.ChannelWatchInfo.decode(kv.value);
  }

  async state(vchannel: string): Promise<number> {
    return (await this.info(vchannel)).state;
  }

  async flush(segmentIDs: bigint[]): Promise<Partial<common.Status> | undefined> {
    const base = { msgType: 402, msgID: 0n, timestamp: 0n, sourceID: 0n, targetID: this.nodeID } as const;
    const request = data.FlushSegmentsRequest.fromPartial({ base, collectionID: testCollection, segmentIDs });
    return this.handlers.flushSegments?.(request, { signal: this.aborter.signal, peer: 'test' });
  }

  /** Rows the node has counted for a segment. */
  rows(segmentID: bigint): number {
    return this.node.channels().reduce((sum, channel) => sum + (channel.rowsOf(segmentID) ?? 0), 0);
  }

  async put(vchannel: string, info: Partial<data.ChannelWatchInfo>): Promise<void> {
    const value = data.ChannelWatchInfo.encode({ ...data.ChannelWatchInfo.create(), ...info }).finish();
    await this.cluster.metaStore.transact({ writes: [{ put: this.key(vchannel), value }] });
  }
}
