import { Invalid, NotFound, type Timestamp, type TransitionTable, type UniqueID } from '@millrace/core';
import { type common, etcdMeta, type schema } from '@millrace/proto';

/** Source: `etcd.CollectionState`, `etcd.PartitionState`. The last one, dropped, is an absent key here. */
export type DdlState = 'creating' | 'created' | 'dropping';

export const ddlTransitions = {
  creating: ['created', 'dropping'],
  created: ['dropping'],
  dropping: [],
} as const satisfies TransitionTable<DdlState>;

export interface Partition {
  readonly id: UniqueID;
  readonly name: string;
  readonly createTime: Timestamp;
  readonly state: DdlState;
}

export interface Collection {
  readonly id: UniqueID;
  readonly name: string;
  readonly description: string;
  readonly autoID: boolean;
  /** The user's, then the system's. */
  readonly fields: readonly schema.FieldSchema[];
  readonly createTime: Timestamp;
  readonly shardsNum: number;
  readonly vchannels: readonly string[];
  readonly pchannels: readonly string[];
  /** Physical channel → id of the CreateCollection message in it. */
  readonly startPositions: readonly common.KeyDataPair[];
  readonly consistencyLevel: common.ConsistencyLevel;
  readonly properties: readonly common.KeyValuePair[];
  readonly state: DdlState;
  readonly partitions: readonly Partition[];
}

export function schemaOf(collection: Collection): schema.CollectionSchema {
  return {
    name: collection.name,
    description: collection.description,
    autoID: collection.autoID,
    fields: [...collection.fields],
  };
}

/** The partition of that name that users see. */
export function partitionNamed(collection: Collection, name: string): Partition | undefined {
  return collection.partitions.find((partition) => partition.name === name && partition.state === 'created');
}

/** Whether a request describes what exists: creating it again is then no error. Ids, times and channels do not count. */
export function isSameDefinition(a: Collection, b: Collection): boolean {
  return JSON.stringify(definition(a), text) === JSON.stringify(definition(b), text);
}

function definition({
  name,
  description,
  autoID,
  fields,
  shardsNum,
  consistencyLevel,
  properties,
}: Collection) {
  return { name, description, autoID, fields, shardsNum, consistencyLevel, properties };
}

const text = (_key: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value);

/** What the original answers for a collection that no client may see: clients look for these words. Source: spec live-cluster, section c. */
export function collectionNotFound(nameOrID: string | UniqueID): NotFound {
  return new NotFound(`can't find collection: ${nameOrID}`, { milvusCode: 'CollectionNotExists' });
}

const stateNumbers = {
  created: etcdMeta.CollectionState.CollectionCreated,
  creating: etcdMeta.CollectionState.CollectionCreating,
  dropping: etcdMeta.CollectionState.CollectionDropping,
} as const satisfies Record<DdlState, number>;

/** The numbers of collections and partitions are the same. */
export function stateNumber(state: DdlState): 0 | 1 | 2 {
  return stateNumbers[state];
}

export function stateOfNumber(number: number): DdlState {
  switch (number) {
    case 0:
      return 'created';
    case 1:
      return 'creating';
    case 2:
    case 3:
      return 'dropping';
    default:
      throw new Invalid(`collection state ${number} is unknown: it was written by a later version`);
  }
}
