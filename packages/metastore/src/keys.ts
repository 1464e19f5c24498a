import { Invalid } from '@millrace/core';
import { compile, type KeyTemplate, type ParamsOf } from './key-template.ts';

/** `etcd.rootPath`/`etcd.metaSubPath` of a default Milvus. */
export const defaultMetaRoot = 'by-dev/meta';
/** `etcd.rootPath`/`etcd.kvSubPath` of a default Milvus. */
export const defaultKvRoot = 'by-dev/kv';

/** The node id under which Milvus keeps channels that wait for a node. Source: spec live-cluster §d. */
export const bufferNodeID = -9223372036854775808n;

/**
 * Every key below the meta root. `{xID}` and `{timestamp}` are decimal integers, `{role}` a lower-case word, `{+path}` any rest, all
 * others text without a slash. Order matters to the parser where two could match: the first wins.
 * Sources: spec datacoord §6.1 and §11, live-cluster §a and §d, datanode-and-formats §8.3.
 */
const metaTemplates = {
  /** → data.SegmentInfo without its log lists */
  segment: 'datacoord-meta/s/{collectionID}/{partitionID}/{segmentID}',
  /** → data.FieldBinlog, log paths emptied */
  binlog: 'datacoord-meta/binlog/{collectionID}/{partitionID}/{segmentID}/{fieldID}',
  /** → data.FieldBinlog; field 0; a zero-length value for a segment without deletes */
  deltalog: 'datacoord-meta/deltalog/{collectionID}/{partitionID}/{segmentID}/{fieldID}',
  /** → data.FieldBinlog; the primary key's field only */
  statslog: 'datacoord-meta/statslog/{collectionID}/{partitionID}/{segmentID}/{fieldID}',
  /** → text `non-removed` for a live channel, `removed` once it is dropped */
  channelRemoval: 'datacoord-meta/channel-removal/{vchannel}',
  /** → internal.MsgPosition */
  channelCheckpoint: 'datacoord-meta/channel-cp/{vchannel}',
  /** → data.ChannelWatchInfo, written by DataCoord, answered in place by the DataNode */
  channelWatch: 'channelwatch/{nodeID}/{vchannel}',
  /** → data.SegmentInfo with its id alone; IndexCoord watches and deletes it */
  flushedSegment: 'flushed-segment/{collectionID}/{partitionID}/{segmentID}',
  /** → data.SegmentReferenceLock */
  segmentReference: 'segmentRefer/{taskID}/{nodeID}',
  /** → query.SegmentInfo; only before 2.2 */
  handoff: 'querycoord-handoff/{collectionID}/{partitionID}/{segmentID}',
  /** → text, the next server id */
  serverIDCounter: 'session/id',
  /** → JSON of a session that exists several times */
  nodeSession: 'session/{role}-{serverID}',
  /** → JSON of a coordinator's session */
  exclusiveSession: 'session/{role}',
  /** → text; overrides a configuration item of every role: never write it */
  config: 'config/{+path}',

  /** → etcd.CollectionInfo without fields and partitions */
  collection: 'root-coord/collection/{collectionID}',
  /** → etcd.PartitionInfo */
  partition: 'root-coord/partitions/{collectionID}/{partitionID}',
  /** → schema.FieldSchema */
  field: 'root-coord/fields/{collectionID}/{fieldID}',
  /** → etcd.AliasInfo */
  alias: 'root-coord/aliases/{alias}',
  /** → users, roles and grants */
  credential: 'root-coord/credential/{+path}',
  /** A copy for time travel; the three bytes E2 9B BC mean deleted. → as the key it copies */
  snapshot: 'snapshots/{+path}_ts{timestamp}',
  /** → query.ResourceGroup */
  resourceGroup: 'queryCoord-ResourceGroup/{name}',

  /** → text, the version of Millrace's own records */
  millraceLayout: 'millrace/layout',
  /** → a compaction plan that must survive a restart */
  compactionPlan: 'millrace/compaction/{planID}',
  /** → text, the address of a registered node of the older API */
  legacyNode: 'millrace/legacy-node/{nodeID}',
  /** → what a restart completes: work that needs more than one transaction */
  intent: 'millrace/intent/{name}',
  /** → any other record of Millrace's own */
  millraceRecord: 'millrace/{+path}',
} as const;

/** Prefixes to list, watch and delete by. All end in a slash, so that the prefix of 1 does not hold the keys of 10. */
const metaPrefixTemplates = {
  segments: 'datacoord-meta/s/',
  segmentsOfCollection: 'datacoord-meta/s/{collectionID}/',
  segmentsOfPartition: 'datacoord-meta/s/{collectionID}/{partitionID}/',
  binlogs: 'datacoord-meta/binlog/',
  binlogsOfCollection: 'datacoord-meta/binlog/{collectionID}/',
  binlogsOfSegment: 'datacoord-meta/binlog/{collectionID}/{partitionID}/{segmentID}/',
  deltalogs: 'datacoord-meta/deltalog/',
  deltalogsOfCollection: 'datacoord-meta/deltalog/{collectionID}/',
  deltalogsOfSegment: 'datacoord-meta/deltalog/{collectionID}/{partitionID}/{segmentID}/',
  statslogs: 'datacoord-meta/statslog/',
  statslogsOfCollection: 'datacoord-meta/statslog/{collectionID}/',
  statslogsOfSegment: 'datacoord-meta/statslog/{collectionID}/{partitionID}/{segmentID}/',
  channelRemovals: 'datacoord-meta/channel-removal/',
  channelCheckpoints: 'datacoord-meta/channel-cp/',
  channelWatches: 'channelwatch/',
  channelWatchesOfNode: 'channelwatch/{nodeID}/',
  flushedSegments: 'flushed-segment/',
  segmentReferences: 'segmentRefer/',
  handoffs: 'querycoord-handoff/',
  sessions: 'session/',
  configs: 'config/',
  collections: 'root-coord/collection/',
  partitions: 'root-coord/partitions/',
  partitionsOfCollection: 'root-coord/partitions/{collectionID}/',
  fields: 'root-coord/fields/',
  fieldsOfCollection: 'root-coord/fields/{collectionID}/',
  aliases: 'root-coord/aliases/',
  compactionPlans: 'millrace/compaction/',
  legacyNodes: 'millrace/legacy-node/',
  intents: 'millrace/intent/',
  millraceRecords: 'millrace/',
} as const;

/** Keys below the kv root, all of them RootCoord's and QueryCoord's. Source: spec live-cluster §a and §d. */
const kvTemplates = {
  /** → 8 bytes, big-endian: unix nanoseconds up to which timestamps may have been handed out */
  tsoTimestamp: 'tso/timestamp',
  /** → 8 bytes, big-endian: the same for unique ids */
  idTimestamp: 'gid/idTimestamp',
  /** → as idTimestamp, QueryCoord's own */
  queryCoordIDTimestamp: 'querycoord-id-allocator/idTimestamp',
  /** → data.ImportTaskInfo */
  importTask: 'importtask/{taskID}',
} as const;

const kvPrefixTemplates = { importTasks: 'importtask/' } as const;

type Templates = { readonly [name: string]: string };
type KeyFunctions<T extends Templates> = {
  readonly [Name in keyof T]: keyof ParamsOf<T[Name]> extends never
    ? () => string
    : (params: ParamsOf<T[Name]>) => string;
};
type ParsedKeys<T extends Templates> = {
  readonly [Name in keyof T]: { readonly kind: Name } & ParamsOf<T[Name]>;
}[keyof T];

/** A key below the meta root, taken apart: `kind` names its row of the table, the other members are its parts. */
export type ParsedMetaKey = ParsedKeys<typeof metaTemplates>;
/** A key below the kv root, taken apart in the same way. */
export type ParsedKvKey = ParsedKeys<typeof kvTemplates>;
/** What identifies a segment in a key. */
export type SegmentRef = ParamsOf<(typeof metaTemplates)['segment']>;

interface KeySpace<Kinds extends Templates, Prefixes extends Templates> {
  readonly root: string;
  /** One function per key. Throws Invalid for a part that would change the key's shape (empty, or with a slash). */
  readonly key: KeyFunctions<Kinds>;
  /** One function per prefix; each ends in a slash. */
  readonly prefix: KeyFunctions<Prefixes>;
  /** What a key below this root is, and its parts; undefined for any other key. */
  parse(key: string): ParsedKeys<Kinds> | undefined;
}

/** The keys of one meta root: DataCoord's, RootCoord's catalog, sessions, and our own under `millrace/`. */
export type MetaKeys = KeySpace<typeof metaTemplates, typeof metaPrefixTemplates>;
/** The keys of one kv root: how far ids and timestamps have been handed out, and import tasks. */
export type KvKeys = KeySpace<typeof kvTemplates, typeof kvPrefixTemplates>;

const metaTables = { kinds: compileAll(metaTemplates), prefixes: compileAll(metaPrefixTemplates) };
const kvTables = { kinds: compileAll(kvTemplates), prefixes: compileAll(kvPrefixTemplates) };

/** Keys below `root`, such as `by-dev/meta`: `keys.key.segment({ … })`, `keys.prefix.segments()`, `keys.parse(key)`. */
export function metaKeys(root: string = defaultMetaRoot): MetaKeys {
  return keySpace<typeof metaTemplates, typeof metaPrefixTemplates>(root, metaTables);
}

/** Keys below `root`, such as `by-dev/kv`. */
export function kvKeys(root: string = defaultKvRoot): KvKeys {
  return keySpace<typeof kvTemplates, typeof kvPrefixTemplates>(root, kvTables);
}

type Compiled = readonly (readonly [name: string, template: KeyTemplate])[];

function compileAll(templates: Templates): Compiled {
  return Object.entries(templates).map(([name, template]) => [name, compile(template)]);
}

function keySpace<Kinds extends Templates, Prefixes extends Templates>(
  root: string,
  { kinds, prefixes }: { readonly kinds: Compiled; readonly prefixes: Compiled },
): KeySpace<Kinds, Prefixes> {
  if (root === '' || root.startsWith('/') || root.endsWith('/'))
    throw new Invalid(`key root "${root}" must neither be empty nor begin or end with a slash`);
  const base = `${root}/`;
  return {
    root,
    key: functionsOf(base, kinds),
    prefix: functionsOf(base, prefixes),
    parse(key) {
      if (!key.startsWith(base)) return undefined;
      const rest = key.slice(base.length);
      for (const [kind, template] of kinds) {
        const params = template.parse(rest);
        // The table that gives `kind` its params is the one the type is computed from.
        if (params !== undefined) return { kind, ...params } as unknown as ParsedKeys<Kinds>;
      }
      return undefined;
    },
  };
}

function functionsOf<T extends Templates>(base: string, compiled: Compiled): KeyFunctions<T> {
  const functions: Record<string, KeyTemplate['build']> = {};
  for (const [name, { build }] of compiled) functions[name] = (params) => base + build(params);
  // The loop builds exactly the members of KeyFunctions, which a type cannot follow.
  return functions as KeyFunctions<T>;
}
