import { type ChannelNames, defaultChannelNames } from '@millrace/core';

/** What a DataNode is told. Names in comments are Milvus' configuration keys. Source: spec datanode-and-formats §12. */
export interface DataNodeSettings {
  /** Host the server listens on. */
  readonly host: string;
  /** `dataNode.port`. A free one is taken when it is in use; 0 always takes a free one. */
  readonly port: number;
  /** Host written into the session, which DataCoord dials. */
  readonly advertisedHost: string;
  /** Root of the metadata keys: `etcd.rootPath`/`etcd.metaSubPath`. */
  readonly metaRoot: string;
  /** Root of object keys: `minio.rootPath`. Must be DataCoord's own. */
  readonly objectRoot: string;
  /** `common.chanNamePrefix.*` */
  readonly channelNames: ChannelNames;
  /** `common.subNamePrefix.dataNodeSubNamePrefix` */
  readonly subscriptionPrefix: string;
  /** `common.session.ttl`, milliseconds. */
  readonly sessionTtlMs: number;

  /** Bytes of buffered rows at which a segment is synced. `dataNode.segment.insertBufSize` */
  readonly insertBufferBytesMax: number;
  /** Bytes of buffered deletes of one channel. `dataNode.segment.deleteBufBytes` */
  readonly deleteBufferBytesMax: number;
  /** Age at which a non-empty buffer is synced. `dataNode.segment.syncPeriod` */
  readonly syncPeriodMs: number;
  /** Share of `syncPeriodMs` by which segments differ, so that they are not all written at once. */
  readonly syncJitter: number;

  /** Estimated bytes of rows at which compaction cuts its files. `dataNode.segment.binlog.maxsize` */
  readonly binlogBytesMax: number;
  /** Bytes of rows in memory at which an import begins a new segment. `dataCoord.segment.maxSize` */
  readonly segmentBytesMax: number;
  /** Time an import has. `rootCoord.importTaskExpiration` */
  readonly importDeadlineMs: number;
  /** How long the channel of an imported segment is waited for: it may just be assigned here. */
  readonly channelWaitMs: number;
  /** How long the result of a compaction waits for DataCoord to take it. */
  readonly compactionResultTtlMs: number;

  /** Buffered rows, deletes and encoded bytes of all channels together. */
  readonly memoryBytesMax: number;
  /** Share of `memoryBytesMax` at which pipelines stop reading and the largest segments are synced. */
  readonly memoryHighMark: number;

  /** Bytes of syncs under way at which pipelines wait: what a store slower than the log may pile up. */
  readonly syncBytesMax: number;

  /** Syncs encoded and uploaded at the same time. `dataNode.dataSync.ioConcurrency` also bounds the loading of stats logs. */
  readonly ioConcurrency: number;
  /** Time a sync has for its objects and for its metadata call before its channel is given up. */
  readonly syncDeadlineMs: number;
  /** Time a channel that is handed over has to write what it buffers. */
  readonly releaseDeadlineMs: number;
  /** zstd level of insert logs. */
  readonly compressionLevel: number;

  /** `datanode.timetick.interval` */
  readonly timeTickIntervalMs: number;
  /** How often the row counts of all segments that are not flushed are reported, touched or not. */
  readonly statsRefreshMs: number;
  /** Pack time between two channel checkpoints. */
  readonly checkpointIntervalMs: number;
  /** `dataCoord.channel.watchEventTicklerInterval` */
  readonly ticklerIntervalMs: number;
  /** How often the assignments are compared with what runs, whatever events came. */
  readonly reconcileMs: number;
  /** `dataNode.skip.BFStats.Load` */
  readonly skipStatsLoad: boolean;
  /** Deadline of a call to a coordinator. */
  readonly callDeadlineMs: number;
}

/** Those of a DataNode that is not configured otherwise: Milvus 2.2.8's where it has the setting. Source: spec datanode-and-formats §12. */
export const defaultDataNodeSettings: DataNodeSettings = {
  host: '0.0.0.0',
  port: 21124,
  advertisedHost: '127.0.0.1',
  metaRoot: 'by-dev/meta',
  objectRoot: 'files',
  channelNames: defaultChannelNames,
  subscriptionPrefix: 'dataNode',
  sessionTtlMs: 20_000,
  insertBufferBytesMax: 16 * 1024 * 1024,
  deleteBufferBytesMax: 64 * 1024 * 1024,
  syncPeriodMs: 600_000,
  syncJitter: 0.1,
  binlogBytesMax: 64 * 1024 * 1024,
  segmentBytesMax: 512 * 1024 * 1024,
  importDeadlineMs: 900_000,
  channelWaitMs: 10_000,
  compactionResultTtlMs: 600_000,
  memoryBytesMax: 384 * 1024 * 1024,
  memoryHighMark: 0.6,
  syncBytesMax: 32 * 1024 * 1024,
  ioConcurrency: 10,
  syncDeadlineMs: 300_000,
  releaseDeadlineMs: 30_000,
  compressionLevel: 1,
  timeTickIntervalMs: 500,
  statsRefreshMs: 2_000,
  checkpointIntervalMs: 60_000,
  ticklerIntervalMs: 15_000,
  reconcileMs: 5_000,
  skipStatsLoad: false,
  callDeadlineMs: 10_000,
};

/** `by-dev-dataNode-5-by-dev-rootcoord-dml_3_441v0`: subscription of a channel, and the msgGroup of its positions. */
export function subscriptionName(settings: DataNodeSettings, nodeID: bigint, vchannel: string): string {
  return `${settings.channelNames.cluster}-${settings.subscriptionPrefix}-${nodeID}-${vchannel}`;
}
