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
  /** [common.session.ttl] */
  readonly sessionTtlMs: number;
  /** [common.defaultPartitionName] */
  readonly defaultPartitionName: string;
  /** Largest insert message; rows of a segment are cut into as many as they need. [pulsar.maxMessageSize] */
  readonly messageBytesMax: number;
  /** How long a collection's schema is used without asking RootCoord again. */
  readonly metaCacheMs: number;
}

export const defaultProxySettings: ProxySettings = {
  port: 19530,
  host: undefined,
  advertisedHost: '127.0.0.1',
  metaRoot: 'by-dev/meta',
  channelNames: defaultChannelNames,
  timeTickIntervalMs: 200,
  sessionTtlMs: 20_000,
  defaultPartitionName: '_default',
  messageBytesMax: 5 * 1024 * 1024,
  metaCacheMs: 3_000,
};
