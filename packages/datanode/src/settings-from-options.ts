import { advertisedHost, type Options } from '@millrace/runtime';
import { type DataNodeSettings, defaultDataNodeSettings } from './settings.ts';

/** The settings that Milvus' configuration keys describe. */
export function settingsFromOptions(options: Options): DataNodeSettings {
  const host = options['millrace.listenHost'];
  return {
    ...defaultDataNodeSettings,
    ...(host === '' ? {} : { host }),
    port: options['dataNode.port'],
    advertisedHost: advertisedHost(options),
    metaRoot: `${options['etcd.rootPath']}/${options['etcd.metaSubPath']}`,
    objectRoot: options['minio.rootPath'],
    channelNames: {
      cluster: options['common.chanNamePrefix.cluster'],
      dml: options['common.chanNamePrefix.rootCoordDml'],
      delta: options['common.chanNamePrefix.rootCoordDelta'],
      dataCoordTimeTick: options['common.chanNamePrefix.dataCoordTimeTick'],
    },
    sessionTtlMs: options['common.session.ttl'] * 1000,
    insertBufferBytesMax: options['dataNode.segment.insertBufSize'],
    deleteBufferBytesMax: options['dataNode.segment.deleteBufBytes'],
    syncPeriodMs: options['dataNode.segment.syncPeriod'] * 1000,
    memoryBytesMax: options['dataNode.memory.budget'],
    timeTickIntervalMs: options['dataNode.timetick.interval'],
    checkpointIntervalMs: options['dataNode.checkpointInterval'],
  };
}
