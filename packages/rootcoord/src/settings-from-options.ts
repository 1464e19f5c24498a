import { advertisedHost, channelNamesOf, metaRootOf, type Options } from '@millrace/runtime';
import type { RootCoordServerSettings } from './server.ts';
import { defaultRootCoordSettings } from './settings.ts';

/** The settings that Milvus' configuration keys describe. */
export function settingsFromOptions(options: Options): RootCoordServerSettings {
  const host = options['millrace.listenHost'];
  return {
    rootCoord: {
      ...defaultRootCoordSettings,
      channelNames: channelNamesOf(options),
      dmlChannelNum: options['rootCoord.dmlChannelNum'],
      timeTickIntervalMs: options['proxy.timeTickInterval'],
      importExpirationMs: options['rootCoord.importTaskExpiration'] * 1000,
      defaultPartitionName: options['common.defaultPartitionName'],
    },
    ...(host === '' ? {} : { host }),
    port: options['rootCoord.port'],
    advertisedHost: advertisedHost(options),
    metaRoot: metaRootOf(options),
    kvRoot: `${options['etcd.rootPath']}/${options['etcd.kvSubPath']}`,
    sessionTtlMs: options['common.session.ttl'] * 1000,
  };
}
