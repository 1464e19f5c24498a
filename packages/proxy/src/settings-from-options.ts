import { advertisedHost, type Options } from '@millrace/runtime';
import { defaultProxySettings, type ProxySettings } from './settings.ts';

/** The settings that Milvus' configuration keys describe. */
export function settingsFromOptions(options: Options): ProxySettings {
  return {
    ...defaultProxySettings,
    port: options['proxy.port'],
    host: options['millrace.listenHost'] === '' ? undefined : options['millrace.listenHost'],
    advertisedHost: advertisedHost(options),
    metaRoot: `${options['etcd.rootPath']}/${options['etcd.metaSubPath']}`,
    channelNames: {
      cluster: options['common.chanNamePrefix.cluster'],
      dml: options['common.chanNamePrefix.rootCoordDml'],
      delta: options['common.chanNamePrefix.rootCoordDelta'],
      dataCoordTimeTick: options['common.chanNamePrefix.dataCoordTimeTick'],
    },
    timeTickIntervalMs: options['proxy.timeTickInterval'],
    sessionTtlMs: options['common.session.ttl'] * 1000,
    defaultPartitionName: options['common.defaultPartitionName'],
  };
}
