import { advertisedHost, type Options } from '@millrace/runtime';
import type { RootCoordServerSettings } from './server.ts';
import { defaultRootCoordSettings } from './settings.ts';

/** The settings that Milvus' configuration keys describe. */
export function settingsFromOptions(options: Options): RootCoordServerSettings {
  const host = options['millrace.listenHost'];
  return {
    rootCoord: {
      ...defaultRootCoordSettings,
      channelNames: {
        cluster: options['common.chanNamePrefix.cluster'],
        dml: options['common.chanNamePrefix.rootCoordDml'],
        delta: options['common.chanNamePrefix.rootCoordDelta'],
        dataCoordTimeTick: options['common.chanNamePrefix.dataCoordTimeTick'],
      },
      dmlChannelNum: options['rootCoord.dmlChannelNum'],
      timeTickIntervalMs: options['proxy.timeTickInterval'],
      defaultPartitionName: options['common.defaultPartitionName'],
    },
    ...(host === '' ? {} : { host }),
    port: options['rootCoord.port'],
    advertisedHost: advertisedHost(options),
    metaRoot: `${options['etcd.rootPath']}/${options['etcd.metaSubPath']}`,
    kvRoot: `${options['etcd.rootPath']}/${options['etcd.kvSubPath']}`,
    sessionTtlMs: options['common.session.ttl'] * 1000,
  };
}
