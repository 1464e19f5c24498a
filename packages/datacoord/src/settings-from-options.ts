import { advertisedHost, channelNamesOf, metaRootOf, type Options } from '@millrace/runtime';
import { type DataCoordSettings, defaultDataCoordSettings } from './settings.ts';

const mebibyte = 1024 * 1024;

/** The settings that Milvus' configuration keys describe. */
export function settingsFromOptions(options: Options): DataCoordSettings {
  return {
    ...defaultDataCoordSettings,
    port: options['dataCoord.port'],
    host: options['millrace.listenHost'] === '' ? undefined : options['millrace.listenHost'],
    advertisedHost: advertisedHost(options),
    metaRoot: metaRootOf(options),
    objectRoot: options['minio.rootPath'],
    channelNames: channelNamesOf(options),
    segmentBytesMax: options['dataCoord.segment.maxSize'] * mebibyte,
    assignmentExpirationMs: options['dataCoord.segment.assignmentExpiration'],
    importExpirationMs: options['rootCoord.importTaskExpiration'] * 1000,
    seal: {
      binlogFilesMax: options['dataCoord.segment.maxBinlogFileNumber'],
      lifeMsMax: options['dataCoord.segment.maxLife'] * 1000,
      sealProportion: options['dataCoord.segment.sealProportion'],
      idleMsMax: options['dataCoord.segment.maxIdleTime'] * 1000,
      idleProportionMin:
        options['dataCoord.segment.minSizeFromIdleToSealed'] / options['dataCoord.segment.maxSize'],
    },
    watchTimeoutMs: options['dataCoord.channel.watchTimeoutInterval'] * 1000 || Number.POSITIVE_INFINITY,
    balanceSilentMs: options['dataCoord.channel.balanceSilentDuration'] * 1000,
    compaction: compactionSettings(options),
    garbageCollection: options['dataCoord.enableGarbageCollection'],
    gcIntervalMs: options['dataCoord.gc.interval'] * 1000,
    gcDropToleranceMs: options['dataCoord.gc.dropTolerance'] * 1000,
    gcMissingToleranceMs: options['dataCoord.gc.missingTolerance'] * 1000,
    activeStandby: options['dataCoord.enableActiveStandby'],
    sessionTtlMs: options['common.session.ttl'] * 1000,
    configurations: Object.fromEntries(
      Object.entries(options)
        .filter(([key]) => key.startsWith('dataCoord.'))
        .map(([key, value]) => [key, String(value)]),
    ),
  };
}

/** Bytes after which a DataNode begins another binlog. Source: spec datacoord §7.4. */
const binlogBytesMax = 64 * mebibyte;

function compactionSettings(options: Options): DataCoordSettings['compaction'] {
  const { compaction } = defaultDataCoordSettings;
  const bytesMax = options['dataCoord.segment.maxSize'] * mebibyte;
  const expiration = options['common.entityExpiration'];
  return {
    ...compaction,
    enabled: options['dataCoord.enableCompaction'],
    automatic: options['dataCoord.compaction.enableAutoCompaction'],
    limits: {
      ...compaction.limits,
      statsFilesMax: 2 * Math.floor(bytesMax / binlogBytesMax),
      segmentsMax: options['dataCoord.compaction.max.segment'],
      segmentsMin: options['dataCoord.compaction.min.segment'],
      smallProportion: options['dataCoord.segment.smallProportion'],
      compactableProportion: options['dataCoord.segment.compactableProportion'],
      expansionRate: options['dataCoord.segment.expansionRate'],
    },
    // The original reads nanoseconds whatever was meant: with the plain seconds of an operator it would never rest.
    globalIntervalMs: Math.max(1000, options['dataCoord.compaction.global.interval'] / 1e6),
    timeoutMs: options['dataCoord.compaction.timeout'] * 1000,
    retentionMs: options['common.retentionDuration'] * 1000,
    entityExpirationMs: expiration < 0 ? undefined : expiration * 1000,
    diskSegmentBytesMax: options['dataCoord.segment.diskSegmentMaxSize'] * mebibyte,
  };
}
