/**
 * Every setting of every role, once: its Milvus key, type, default, and what it means. The same table reads milvus.yaml, the environment
 * and flags, and makes the help and the documentation. Source of Milvus' keys and defaults: spec datacoord §13, datanode-and-formats §12.
 */
export type OptionDefinition =
  | { readonly type: 'text'; readonly default: string; readonly doc: string }
  | {
      readonly type: 'choice';
      readonly choices: readonly string[];
      readonly default: string;
      readonly doc: string;
    }
  | { readonly type: 'boolean'; readonly default: boolean; readonly doc: string }
  | {
      readonly type: 'number';
      readonly default: number;
      readonly min: number;
      readonly max: number;
      readonly doc: string;
    };

const text = (defaultValue: string, doc: string) => ({ type: 'text', default: defaultValue, doc }) as const;
const boolean = (defaultValue: boolean, doc: string) =>
  ({ type: 'boolean', default: defaultValue, doc }) as const;
const number = (defaultValue: number, min: number, max: number, doc: string) =>
  ({ type: 'number', default: defaultValue, min, max, doc }) as const;
const port = (defaultValue: number, doc: string) => number(defaultValue, 0, 65_535, doc);
const seconds = (defaultValue: number, doc: string, min = 0) =>
  number(defaultValue, min, 31_536_000, `${doc} Seconds.`);
const milliseconds = (defaultValue: number, doc: string, min = 0) =>
  number(defaultValue, min, 86_400_000, `${doc} Milliseconds.`);
/** Of what is done again and again: without a pause it would take a core. */
const pauseMin = 1;
const bytes = (defaultValue: number, doc: string) => number(defaultValue, 1, 2 ** 40, `${doc} Bytes.`);

/** All options of our roles, by Milvus' key where Milvus has them; those under `millrace.` are ours alone. */
export const optionTable = {
  'millrace.metastore': {
    type: 'choice',
    choices: ['etcd', 'lmdb'],
    default: 'etcd',
    doc: 'Where metadata is kept: an etcd cluster, or an embedded store in the data directory.',
  },
  'millrace.stream': {
    type: 'choice',
    choices: ['kafka', 'file'],
    default: 'kafka',
    doc: 'Where messages are kept: a Kafka cluster, or files in the data directory.',
  },
  'common.storageType': {
    type: 'choice',
    choices: ['minio', 'local'],
    default: 'minio',
    doc: 'Where binlogs are kept: MinIO or another S3, or a local directory.',
  },
  'millrace.dataDirectory': text('', 'Directory of the embedded drivers.'),
  'millrace.listenHost': text('', 'Address to listen on. Empty: all.'),
  'millrace.advertisedHost': text(
    '',
    'Host that other roles dial. Empty: the first address of this machine.',
  ),
  'metrics.port': port(
    9091,
    'HTTP port of /healthz, /metrics and /log/level; where it is taken there are none. 0: any free port.',
  ),
  'etcd.endpoints': text('localhost:2379', 'etcd servers, host:port, separated by commas.'),
  'etcd.rootPath': text('by-dev', 'Root of all keys.'),
  'etcd.metaSubPath': text('meta', 'Below the root: metadata and sessions.'),
  'etcd.kvSubPath': text('kv', 'Below the root: timestamps and ids.'),
  'minio.address': text('localhost', 'MinIO host.'),
  'minio.port': port(9000, 'MinIO port.'),
  'minio.accessKeyID': text('minioadmin', 'Access key.'),
  'minio.secretAccessKey': text('minioadmin', 'Secret key.'),
  'minio.useSSL': boolean(false, 'Whether MinIO is reached through TLS.'),
  'minio.bucketName': text('a-bucket', 'Bucket of all objects; created if missing.'),
  'minio.rootPath': text('files', 'Root of all object keys.'),
  'kafka.brokerList': text('localhost:9092', 'Kafka brokers, host:port, separated by commas.'),
  'common.chanNamePrefix.cluster': text('by-dev', 'First part of every channel name.'),
  'common.chanNamePrefix.rootCoordDml': text('rootcoord-dml', 'Name of the DML channels.'),
  'common.chanNamePrefix.rootCoordDelta': text('rootcoord-delta', 'Name of the delta channels.'),
  'common.chanNamePrefix.dataCoordTimeTick': text(
    'datacoord-timetick-channel',
    "Name of the DataNodes' tick channel.",
  ),
  'common.retentionDuration': seconds(0, 'How long deleted rows can be asked for.'),
  'common.entityExpiration': number(
    -1,
    -1,
    31_536_000,
    'Life of rows in collections that set none; -1 for ever. Seconds.',
  ),
  'common.session.ttl': seconds(20, 'How long a role that no longer answers keeps its session.', pauseMin),
  'common.defaultPartitionName': text('_default', 'Partition that every collection has.'),
  'log.level': {
    type: 'choice',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    default: 'info',
    doc: 'Least severe events to log.',
  },
  'rootCoord.port': port(53100, 'Port of RootCoord. 0: any free one.'),
  'rootCoord.dmlChannelNum': number(16, 1, 65_536, 'Physical DML channels that collections share.'),
  'rootCoord.importTaskExpiration': seconds(900, 'How long an import may take.'),
  'proxy.port': port(19530, 'Port of the proxy. 0: any free one.'),
  'proxy.timeTickInterval': milliseconds(
    200,
    'How often a proxy reports its time, and RootCoord ticks.',
    pauseMin,
  ),
  'dataCoord.enableActiveStandby': boolean(
    false,
    'Whether a DataCoord stands by while another is active, and takes its place when that one ends.',
  ),
  'dataCoord.port': port(13333, 'Port of DataCoord. 0: any free one.'),
  'dataCoord.segment.maxSize': number(512, 1, 65_536, 'Size of a full segment. MiB.'),
  'dataCoord.segment.sealProportion': number(
    0.23,
    0.001,
    1,
    'Share of the row limit at which a segment is sealed.',
  ),
  'dataCoord.segment.assignmentExpiration': milliseconds(2_000, 'How long assigned rows may be written.'),
  'dataCoord.segment.maxLife': seconds(86_400, 'Longest life of a growing segment.'),
  'dataCoord.segment.maxIdleTime': seconds(600, 'Time without rows after which a growing segment is sealed.'),
  'dataCoord.segment.minSizeFromIdleToSealed': number(
    16,
    0,
    65_536,
    'Size below which an idle segment stays. MiB.',
  ),
  'dataCoord.segment.maxBinlogFileNumber': number(
    32,
    1,
    10_000,
    'Binlog files at which a segment is sealed.',
  ),
  'dataCoord.segment.diskSegmentMaxSize': number(
    2048,
    1,
    1_048_576,
    'Size of a full segment whose index lies on disk. MiB.',
  ),
  'dataCoord.segment.smallProportion': number(
    0.5,
    0,
    1,
    'Share of a full segment below which one is merged.',
  ),
  'dataCoord.segment.compactableProportion': number(
    0.85,
    0,
    1,
    'Share of a full segment above which even two are merged.',
  ),
  'dataCoord.segment.expansionRate': number(
    1.25,
    1,
    10,
    'Size that a merged segment may have, over a full one.',
  ),
  'dataCoord.enableCompaction': boolean(true, 'Whether segments are compacted at all.'),
  'dataCoord.compaction.enableAutoCompaction': boolean(true, 'Whether segments are compacted unasked.'),
  'dataCoord.compaction.global.interval': number(
    60_000_000_000,
    1,
    Number.MAX_SAFE_INTEGER,
    'How often all flushed segments are looked at. Nanoseconds, as the original reads it; at least a second.',
  ),
  'dataCoord.compaction.timeout': seconds(300, 'How long a DataNode may work on a plan.'),
  'dataCoord.compaction.min.segment': number(3, 1, 1_000, 'Small segments worth a merge.'),
  'dataCoord.compaction.max.segment': number(30, 1, 1_000, 'Segments of one plan.'),
  'dataCoord.enableGarbageCollection': boolean(true, 'Whether what nothing needs is removed.'),
  'dataCoord.gc.interval': seconds(3_600, 'How often it is looked for.', pauseMin),
  'dataCoord.gc.dropTolerance': seconds(3_600, 'How long a dropped segment stays.'),
  'dataCoord.gc.missingTolerance': seconds(
    86_400,
    'How long an object stays that no metadata names: longer than any sync takes.',
  ),
  'dataCoord.channel.watchTimeoutInterval': seconds(
    120,
    'How long a DataNode may take to answer for a channel; 0: as long as it takes.',
  ),
  'dataCoord.channel.balanceSilentDuration': seconds(300, 'Quiet time before channels move for balance.'),
  'dataNode.port': port(21124, 'Port of a DataNode. A free one is taken when it is in use.'),
  'dataNode.segment.insertBufSize': bytes(
    16_777_216,
    'Rows of one segment buffered before they are written.',
  ),
  'dataNode.segment.deleteBufBytes': bytes(
    67_108_864,
    'Deletes of one channel buffered before they are written.',
  ),
  'dataNode.segment.binlog.maxsize': bytes(
    67_108_864,
    'Rows, as estimated, at which compaction begins new files.',
  ),
  'dataNode.segment.syncPeriod': seconds(600, 'Longest time rows stay in a buffer.'),
  'dataNode.timetick.interval': milliseconds(
    500,
    'How often a DataNode reports its time and row counts.',
    pauseMin,
  ),
  'dataNode.memory.budget': bytes(402_653_184, 'Buffers, encoding and uploads of a DataNode together.'),
  'dataNode.checkpointInterval': milliseconds(
    60_000,
    'How often the checkpoint of a channel is saved.',
    pauseMin,
  ),
} as const satisfies Record<string, OptionDefinition>;

/** Name of an option, as it stands in milvus.yaml. */
export type OptionKey = keyof typeof optionTable;
type ValueOf<Definition> = Definition extends { readonly type: 'number' }
  ? number
  : Definition extends { readonly type: 'boolean' }
    ? boolean
    : Definition extends { readonly type: 'choice'; readonly choices: readonly (infer Choice)[] }
      ? Choice
      : string;
/** A value for every option, checked against its range. */
export type Options = { readonly [Key in OptionKey]: ValueOf<(typeof optionTable)[Key]> };
