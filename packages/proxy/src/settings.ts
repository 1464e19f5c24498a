import { type ChannelNames, defaultChannelNames } from '@millrace/core';

/** What a proxy is configured with. Names in brackets are Milvus' configuration keys. */
export interface ProxySettings {
  /** [proxy.port] */
  readonly port: number;
  /** Host to listen on; undefined for all interfaces. */
  readonly host: string | undefined;
  readonly advertisedHost: string;
  readonly metaRoot: string;
  readonly channelNames: ChannelNames;
  /** [proxy.timeTickInterval] */
  readonly timeTickIntervalMs: number;
  /** The interval while nobody can be waiting for a tick, … */
  readonly restTickIntervalMs: number;
  /** … which is so long after the last call. Longer than a client that polls pauses, and than a segment's allocations last. */
  readonly restAfterMs: number;
  /** [common.session.ttl] */
  readonly sessionTtlMs: number;
  /** [common.defaultPartitionName] */
  readonly defaultPartitionName: string;
  /** Largest insert message; rows of a segment are cut into as many as they need. [pulsar.maxMessageSize] */
  readonly messageBytesMax: number;
  /** Largest insert or delete, bytes of its values. Source: spec live-cluster, server message limits. [proxy.grpc.serverMaxRecvSize] */
  readonly requestBytesMax: number;
  /** All inserts and deletes being written, bytes of their values. */
  readonly inFlightBytesMax: number;
  /** Collections whose schema is kept. */
  readonly metaCacheEntriesMax: number;
  /** How long a collection's schema is used without asking RootCoord again. */
  readonly metaCacheMs: number;
}

/** Those of a proxy that is not configured otherwise: Milvus 2.2.8's where it has the setting. */
export const defaultProxySettings: ProxySettings = {
  port: 19530,
  host: undefined,
  advertisedHost: '127.0.0.1',
  metaRoot: 'by-dev/meta',
  channelNames: defaultChannelNames,
  timeTickIntervalMs: 200,
  restTickIntervalMs: 2_000,
  restAfterMs: 5_000,
  sessionTtlMs: 20_000,
  defaultPartitionName: '_default',
  messageBytesMax: 5 * 1024 * 1024,
  requestBytesMax: 64 * 1024 * 1024,
  inFlightBytesMax: 256 * 1024 * 1024,
  metaCacheEntriesMax: 1_024,
  metaCacheMs: 3_000,
};
