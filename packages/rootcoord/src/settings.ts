import { type ChannelNames, defaultChannelNames } from '@millrace/core';

/** What a RootCoord is configured with: times, and the limits of what clients may define. */
export interface RootCoordSettings {
  readonly channelNames: ChannelNames;
  /** DML channels that collections share. Milvus: `rootCoord.dmlChannelNum`. */
  readonly dmlChannelNum: number;
  /** Between two rounds of time ticks, ms. Milvus: `proxy.timeTickInterval`. */
  readonly timeTickIntervalMs: number;
  /** Shards of a collection whose creator names none. */
  readonly defaultShardsNum: number;
  /** Milvus: `proxy.maxShardNum`. */
  readonly maxShardsNum: number;
  /** Milvus: `proxy.maxFieldNum`; the system fields do not count. */
  readonly maxFieldNum: number;
  /** Milvus: `proxy.maxDimension`. */
  readonly maxDimension: number;
  /** Longest name of a collection, partition, field or alias, bytes. Milvus: `proxy.maxNameLength`. */
  readonly maxNameLength: number;
  /** Milvus: `rootCoord.maxPartitionNum`. */
  readonly maxPartitionNum: number;
  /** Milvus: `common.defaultPartitionName`. */
  readonly defaultPartitionName: string;
  /** Milvus: `msgChannel.chanNamePrefix.rootCoordTimeTick`, without the cluster's prefix. */
  readonly timeTickChannel: string;
  /** Milvus: `msgChannel.chanNamePrefix.rootCoordStatistics`, without the cluster's prefix. */
  readonly statisticsChannel: string;
  /** How far ahead of use timestamps and ids are reserved in the meta store, ms. */
  readonly reserveAheadMs: number;
  /** Most that one step of a DDL call waits for DataCoord or a proxy, ms. */
  readonly ddlDeadlineMs: number;
  /** DDL calls that may wait for their turn. */
  readonly ddlQueueMax: number;
  /** Between two looks at unfinished creations and drops, ms. */
  readonly reconcileIntervalMs: number;
  /** What an import may take from its start until its rows are seen, ms. Milvus: `rootCoord.importTaskExpiration`. */
  readonly importExpirationMs: number;
  /** How long what came of an import is remembered, ms. Milvus: `rootCoord.importTaskRetention`. */
  readonly importRetentionMs: number;
  /** Between two looks at unfinished imports, ms. */
  readonly importIntervalMs: number;
  /** Between two attempts to send an import that no DataNode took, ms. */
  readonly importRetryMs: number;
  /** Imports that may wait for a DataNode. */
  readonly importPendingMax: number;
  /** Between two questions to DataCoord whether a dropped collection or partition is gone, ms. */
  readonly gcConfirmIntervalMs: number;
}

/** Those of a RootCoord that is not configured otherwise: Milvus 2.2.8's where it has the setting. */
export const defaultRootCoordSettings: RootCoordSettings = {
  channelNames: defaultChannelNames,
  dmlChannelNum: 16,
  timeTickIntervalMs: 200,
  defaultShardsNum: 2,
  maxShardsNum: 64,
  maxFieldNum: 64,
  maxDimension: 32_768,
  maxNameLength: 255,
  maxPartitionNum: 4_096,
  defaultPartitionName: '_default',
  timeTickChannel: 'rootcoord-timetick',
  statisticsChannel: 'rootcoord-statistics',
  reserveAheadMs: 3_000,
  ddlDeadlineMs: 10_000,
  ddlQueueMax: 1_024,
  reconcileIntervalMs: 1_000,
  importExpirationMs: 900_000,
  importRetentionMs: 86_400_000,
  importIntervalMs: 1_000,
  importRetryMs: 5_000,
  importPendingMax: 65_536,
  gcConfirmIntervalMs: 30_000,
};
