import { type ChannelNames, defaultChannelNames, type SealLimits } from '@millrace/core';
import { clientMessageBytesMax } from '@millrace/runtime';
import type { CompactionSettings } from './compaction/planner.ts';

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
  /** How often watched channels are compared with RootCoord's collections. */
  readonly dropCheckMs: number;
  /** How often the embedded log is told what it may forget. */
  readonly logTrimMs: number;
  readonly compaction: CompactionSettings;
  /** [dataCoord.enableGarbageCollection] */
  readonly garbageCollection: boolean;
  /** [dataCoord.gc.interval], [dataCoord.gc.dropTolerance], [dataCoord.gc.missingTolerance] */
  readonly gcIntervalMs: number;
  readonly gcDropToleranceMs: number;
  /** Longer than any sync takes from its first upload to its metadata. */
  readonly gcMissingToleranceMs: number;
  /** Bytes of an answer that a peer receives; a larger one fails the call. [grpc.clientMaxRecvSize] */
  readonly answerBytesMax: number;
  /** Waits for the session of another coordinator to end, as long as it takes, and takes its place. [dataCoord.enableActiveStandby] */
  readonly activeStandby: boolean;
  /** [common.session.ttl] */
  readonly sessionTtlMs: number;
  /** What ShowConfigurations answers: Milvus' keys and their values as text. */
  readonly configurations: Readonly<Record<string, string>>;
}

const mebibyte = 1024 * 1024;

/** Those of a DataCoord that is not configured otherwise: Milvus 2.2.8's, but for a few intervals. Source: spec datacoord §13. */
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
  dropCheckMs: 60_000,
  logTrimMs: 30_000,
  compaction: {
    enabled: true,
    automatic: true,
    limits: {
      statsFilesMax: 16,
      deltaFilesMax: 200,
      deltaBytesMax: 2 * mebibyte,
      expiredBytesMax: 10 * mebibyte,
      ratioMax: 0.2,
      segmentsMax: 30,
      segmentsMin: 3,
      smallProportion: 0.5,
      compactableProportion: 0.85,
      expansionRate: 1.25,
    },
    globalIntervalMs: 60_000,
    checkIntervalMs: 1_000,
    timeoutMs: 300_000,
    plansMax: 100,
    plansPerNode: 2,
    retentionMs: 0,
    entityExpirationMs: undefined,
    diskSegmentBytesMax: 2048 * mebibyte,
  },
  garbageCollection: true,
  gcIntervalMs: 3_600_000,
  gcDropToleranceMs: 3_600_000,
  gcMissingToleranceMs: 86_400_000,
  answerBytesMax: clientMessageBytesMax,
  activeStandby: false,
  sessionTtlMs: 20_000,
  configurations: {},
};
