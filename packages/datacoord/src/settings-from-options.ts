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
    watchTimeoutMs: options['dataCoord.channel.watchTimeoutInterval'] * 1000,
    balanceSilentMs: options['dataCoord.channel.balanceSilentDuration'] * 1000,
    sessionTtlMs: options['common.session.ttl'] * 1000,
    configurations: Object.fromEntries(
      Object.entries(options)
        .filter(([key]) => key.startsWith('dataCoord.'))
        .map(([key, value]) => [key, String(value)]),
    ),
  };
}
