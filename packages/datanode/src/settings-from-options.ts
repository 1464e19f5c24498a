import { advertisedHost, channelNamesOf, metaRootOf, type Options } from '@millrace/runtime';
import { type DataNodeSettings, defaultDataNodeSettings } from './settings.ts';

/** The settings that Milvus' configuration keys describe. */
export function settingsFromOptions(options: Options): DataNodeSettings {
  const host = options['millrace.listenHost'];
  return {
    ...defaultDataNodeSettings,
    ...(host === '' ? {} : { host }),
    port: options['dataNode.port'],
    advertisedHost: advertisedHost(options),
    metaRoot: metaRootOf(options),
    objectRoot: options['minio.rootPath'],
    channelNames: channelNamesOf(options),
    sessionTtlMs: options['common.session.ttl'] * 1000,
    insertBufferBytesMax: options['dataNode.segment.insertBufSize'],
    deleteBufferBytesMax: options['dataNode.segment.deleteBufBytes'],
    binlogBytesMax: options['dataNode.segment.binlog.maxsize'],
    segmentBytesMax: options['dataCoord.segment.maxSize'] * 1024 * 1024,
    importDeadlineMs: options['rootCoord.importTaskExpiration'] * 1000,
    syncPeriodMs: options['dataNode.segment.syncPeriod'] * 1000,
    memoryBytesMax: options['dataNode.memory.budget'],
    timeTickIntervalMs: options['dataNode.timetick.interval'],
    checkpointIntervalMs: options['dataNode.checkpointInterval'],
  };
}
