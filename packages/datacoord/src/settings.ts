import { type ChannelNames, defaultChannelNames, type SealLimits } from '@millrace/core';

/** What a DataCoord is configured with. Names in brackets are Milvus' configuration keys; sizes in bytes, times in milliseconds. */
export interface DataCoordSettings {
  /** [dataCoord.port] */
  readonly port: number;
  /** Host to listen on; undefined for all interfaces. */
  readonly host: string | undefined;
  /** Host that others dial. */
  readonly advertisedHost: string;
  /** [etcd.rootPath]/[etcd.metaSubPath] */
  readonly metaRoot: string;
  /** [minio.rootPath]: object keys are rebuilt from ids with it. */
  readonly objectRoot: string;
  readonly channelNames: ChannelNames;
  /** [dataCoord.segment.maxSize] */
  readonly segmentBytesMax: number;
  /** [dataCoord.segment.assignmentExpiration] */
  readonly assignmentExpirationMs: number;
  /** How long the rows of an import may be on their way. [rootCoord.importTaskExpiration] */
  readonly importExpirationMs: number;
  readonly seal: SealLimits;
  /** [dataCoord.channel.watchTimeoutInterval] */
  readonly watchTimeoutMs: number;
  /** How often assignments are compared with what should be, whatever events came. */
  readonly reconcileMs: number;
  /** Quiet time after the last assignment before channels are moved for balance; a joining node is served at once. [dataCoord.channel.balanceSilentDuration] */
  readonly balanceSilentMs: number;
  /** How often the embedded log is told what it may forget. */
  readonly logTrimMs: number;
  /** [common.session.ttl] */
  readonly sessionTtlMs: number;
  /** What ShowConfigurations answers: Milvus' keys and their values as text. */
  readonly configurations: Readonly<Record<string, string>>;
}

const mebibyte = 1024 * 1024;

export const defaultDataCoordSettings: DataCoordSettings = {
  port: 13333,
  host: undefined,
  advertisedHost: '127.0.0.1',
  metaRoot: 'by-dev/meta',
  objectRoot: 'files',
  channelNames: defaultChannelNames,
  segmentBytesMax: 512 * mebibyte,
  assignmentExpirationMs: 2_000,
  importExpirationMs: 900_000,
  seal: {
    binlogFilesMax: 32,
    lifeMsMax: 86_400_000,
    sealProportion: 0.23,
    idleMsMax: 600_000,
    idleProportionMin: 16 / 512,
  },
  watchTimeoutMs: 120_000,
  reconcileMs: 1_000,
  balanceSilentMs: 300_000,
  logTrimMs: 30_000,
  sessionTtlMs: 20_000,
  configurations: {},
};
