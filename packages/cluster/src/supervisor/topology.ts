import { join } from 'node:path';

export type RoleName = 'rootcoord' | 'datacoord' | 'datanode' | 'proxy';

export interface RoleSpec {
  /** `datanode-1`: unique in the cluster, names its log file. */
  readonly name: string;
  readonly role: RoleName;
  /** Options of this process, by key. */
  readonly options: Readonly<Record<string, string>>;
}

/** What `millrace up` starts: a rootcoord, one or two datacoords, some datanodes, a proxy, all on 127.0.0.1 and one directory. */
export interface ClusterSettings {
  /** Everything the cluster keeps. */
  readonly directory: string;
  readonly dataNodes: number;
  /** A second DataCoord that takes over when the first ends. */
  readonly standby?: boolean;
  /** Of the proxy; 0 for any free one. */
  readonly port: number;
  readonly logLevel: string;
  /** Further options of all roles, by key. */
  readonly options: Readonly<Record<string, string>>;
}

/** On one machine the death of a process is seen at once; the lease only has to cover one that hangs. */
const localSessionTtlSeconds = '3';

/** The processes of a local cluster in the order they start; they stop in the reverse order. */
export function topology(settings: ClusterSettings): RoleSpec[] {
  const common = {
    'millrace.metastore': 'lmdb',
    'millrace.stream': 'file',
    'common.storageType': 'local',
    'millrace.dataDirectory': join(settings.directory, 'data'),
    'millrace.listenHost': '127.0.0.1',
    'millrace.advertisedHost': '127.0.0.1',
    // Five processes of one machine: each takes a free one, and its log says which.
    'metrics.port': '0',
    'common.session.ttl': localSessionTtlSeconds,
    'proxy.timeTickInterval': '200',
    'dataNode.timetick.interval': '200',
    'dataCoord.channel.balanceSilentDuration': '30',
    'dataNode.checkpointInterval': '10000',
    'log.level': settings.logLevel,
  };
  const spec = (
    name: string,
    role: RoleName,
    port: string,
    own: Readonly<Record<string, string>> = {},
  ): RoleSpec => ({
    name,
    role,
    options: { ...common, [portKey[role]]: port, ...own, ...settings.options },
  });
  return [
    spec('rootcoord', 'rootcoord', '0'),
    ...(settings.standby === true
      ? ['datacoord-1', 'datacoord-2'].map((name) => spec(name, 'datacoord', '0', standsBy))
      : [spec('datacoord', 'datacoord', '0')]),
    ...Array.from({ length: settings.dataNodes }, (_, index) =>
      spec(`datanode-${index + 1}`, 'datanode', '0'),
    ),
    spec('proxy', 'proxy', String(settings.port)),
  ];
}

const standsBy = { 'dataCoord.enableActiveStandby': 'true' };

const portKey = {
  rootcoord: 'rootCoord.port',
  datacoord: 'dataCoord.port',
  datanode: 'dataNode.port',
  proxy: 'proxy.port',
} as const satisfies Record<RoleName, string>;
