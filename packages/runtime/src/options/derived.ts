import type { ChannelNames } from '@millrace/core';
import type { Options } from './option-table.ts';

/** The parts of channel names, from `common.chanNamePrefix.*`. */
export function channelNamesOf(options: Options): ChannelNames {
  return {
    cluster: options['common.chanNamePrefix.cluster'],
    dml: options['common.chanNamePrefix.rootCoordDml'],
    delta: options['common.chanNamePrefix.rootCoordDelta'],
    dataCoordTimeTick: options['common.chanNamePrefix.dataCoordTimeTick'],
  };
}

/** Root of metadata and sessions: `etcd.rootPath`/`etcd.metaSubPath`. */
export function metaRootOf(options: Options): string {
  return `${options['etcd.rootPath']}/${options['etcd.metaSubPath']}`;
}
