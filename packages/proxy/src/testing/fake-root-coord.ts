import { NotFound, vchannelName } from '@millrace/core';
import { common, milvus, type rootcoord, schema, statusFromError } from '@millrace/proto';
import type { ClientOf } from '@millrace/runtime';

type RootCoord = ClientOf<typeof rootcoord.RootCoordService>;

interface Collection {
  readonly id: bigint;
  readonly schema: schema.CollectionSchema;
  readonly vchannels: readonly string[];
  readonly partitions: Map<string, bigint>;
  readonly aliases: Set<string>;
}

const success: common.Status = { errorCode: common.ErrorCode.Success, reason: '' };

/** RootCoord as a proxy sees it: definitions, ids and timestamps, kept in memory. `nextID` and `nextTimestamp` may be set by a test. */
export class FakeRootCoord {
  nextID = 1_000n;
  nextTimestamp = 1n << 40n;
  readonly collections: Collection[] = [];

  readonly client: RootCoord = this.served() as RootCoord;

  private served(): Partial<RootCoord> {
    return {
      createCollection: (request) => this.change(() => this.createCollection(request)),
      dropCollection: ({ collectionName = '' }) =>
        this.change(() => {
          this.collections.splice(this.collections.indexOf(this.find(collectionName)), 1);
        }),
      createPartition: ({ collectionName = '', partitionName = '' }) =>
        this.change(() => {
          this.find(collectionName).partitions.set(partitionName, this.nextID++);
        }),
      dropPartition: ({ collectionName = '', partitionName = '' }) =>
        this.change(() => {
          this.find(collectionName).partitions.delete(partitionName);
        }),
      createAlias: ({ collectionName = '', alias = '' }) =>
        this.change(() => this.alias(alias, collectionName)),
      alterAlias: ({ collectionName = '', alias = '' }) =>
        this.change(() => this.alias(alias, collectionName)),
      dropAlias: ({ alias = '' }) =>
        this.change(() => {
          this.find(alias).aliases.delete(alias);
        }),
      describeCollection: async ({ collectionName = '' }) =>
        milvus.DescribeCollectionResponse.fromPartial(this.answer(() => describe(this.find(collectionName)))),
      hasCollection: async ({ collectionName = '' }) =>
        milvus.BoolResponse.fromPartial({ status: success, value: this.named(collectionName) !== undefined }),
      showCollections: async () =>
        milvus.ShowCollectionsResponse.fromPartial({
          status: success,
          collectionNames: this.collections.map(({ schema }) => schema.name),
          collectionIds: this.collections.map(({ id }) => id),
        }),
      hasPartition: async ({ collectionName = '', partitionName = '' }) =>
        milvus.BoolResponse.fromPartial(
          this.answer(() => ({ value: this.find(collectionName).partitions.has(partitionName) })),
        ),
      showPartitions: async ({ collectionName = '' }) =>
        milvus.ShowPartitionsResponse.fromPartial(
          this.answer(() => {
            const { partitions } = this.find(collectionName);
            return { partitionNames: [...partitions.keys()], partitionIDs: [...partitions.values()] };
          }),
        ),
      allocId: async ({ count = 0 }) => {
        const ID = this.nextID;
        this.nextID += BigInt(count);
        return { status: success, ID, count };
      },
      allocTimestamp: async ({ count = 0 }) => {
        const timestamp = this.nextTimestamp;
        this.nextTimestamp += BigInt(count);
        return { status: success, timestamp, count };
      },
    };
  }

  private createCollection(request: Partial<milvus.CreateCollectionRequest>): void {
    const given = schema.CollectionSchema.decode(request.schema ?? Buffer.alloc(0));
    const id = this.nextID++;
    const fields = given.fields.map((field, at) => ({ ...field, fieldID: 100n + BigInt(at) }));
    this.collections.push({
      id,
      schema: { ...given, fields },
      vchannels: Array.from({ length: request.shardsNum || 1 }, (_, shard) =>
        vchannelName(`by-dev-rootcoord-dml_${shard}`, id, shard),
      ),
      partitions: new Map([['_default', this.nextID++]]),
      aliases: new Set(),
    });
  }

  private alias(alias: string, collectionName: string): void {
    for (const { aliases } of this.collections) aliases.delete(alias);
    this.find(collectionName).aliases.add(alias);
  }

  private named(name: string): Collection | undefined {
    return this.collections.find(({ schema, aliases }) => schema.name === name || aliases.has(name));
  }

  private find(name: string): Collection {
    const found = this.named(name);
    if (found === undefined) {
      throw new NotFound(`can't find collection: ${name}`, { milvusCode: 'CollectionNotExists' });
    }
    return found;
  }

  private answer<Fields extends object>(make: () => Fields) {
    try {
      return { status: success, ...make() };
    } catch (error) {
      return { status: statusFromError(error) };
    }
  }

  private async change(make: () => void): Promise<common.Status> {
    try {
      make();
      return success;
    } catch (error) {
      return statusFromError(error);
    }
  }
}

function describe({ id, schema, vchannels, aliases }: Collection) {
  return {
    schema,
    collectionID: id,
    collectionName: schema.name,
    virtualChannelNames: [...vchannels],
    physicalChannelNames: vchannels.map((name) => name.slice(0, name.lastIndexOf('_'))),
    shardsNum: vchannels.length,
    aliases: [...aliases],
  };
}
