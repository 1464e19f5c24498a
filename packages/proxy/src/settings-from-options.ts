import { advertisedHost, channelNamesOf, metaRootOf, type Options } from '@millrace/runtime';
import { defaultProxySettings, type ProxySettings } from './settings.ts';

/** The settings that Milvus' configuration keys describe. */
export function settingsFromOptions(options: Options): ProxySettings {
  return {
    ...defaultProxySettings,
    port: options['proxy.port'],
    host: options['millrace.listenHost'] === '' ? undefined : options['millrace.listenHost'],
    advertisedHost: advertisedHost(options),
    metaRoot: metaRootOf(options),
    channelNames: channelNamesOf(options),
    timeTickIntervalMs: options['proxy.timeTickInterval'],
    sessionTtlMs: options['common.session.ttl'] * 1000,
    defaultPartitionName: options['common.defaultPartitionName'],
  };
}
