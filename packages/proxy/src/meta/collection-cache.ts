import { type Clock, NotFound } from '@millrace/core';
import { common, type rootcoord, type schema } from '@millrace/proto';
import { type ClientOf, checked } from '@millrace/runtime';

/** A collection as writers need it. */
export interface CollectionMeta {
  readonly id: bigint;
  readonly name: string;
  /** User fields, the primary key among them. */
  readonly fields: readonly schema.FieldSchema[];
  readonly primaryKey: schema.FieldSchema;
  readonly vchannels: readonly string[];
  readonly pchannels: readonly string[];
  readonly partitions: ReadonlyMap<string, bigint>;
}

export interface CollectionCacheLimits {
  readonly keepMs: number;
  /** The one asked for longest ago is forgotten first. */
  readonly entriesMax: number;
}

/** Fields below this id are Milvus' own (row id, timestamp). */
const firstUserField = 100n;

/** Collections by name, asked of RootCoord and kept for a short time; RootCoord tells when one changed. */
export class CollectionCache {
  private readonly kept = new Map<
    string,
    { readonly meta: Promise<CollectionMeta>; readonly untilMs: number }
  >();
  private readonly rootCoord: ClientOf<typeof rootcoord.RootCoordService>;
  private readonly clock: Clock;
  private readonly limits: CollectionCacheLimits;

  constructor(
    rootCoord: ClientOf<typeof rootcoord.RootCoordService>,
    clock: Clock,
    limits: CollectionCacheLimits,
  ) {
    this.rootCoord = rootCoord;
    this.clock = clock;
    this.limits = limits;
  }

  /** Rejects with RootCoord's own error for a name it does not know. */
  get(name: string): Promise<CollectionMeta> {
    const now = this.clock.monotonic();
    const known = this.kept.get(name);
    if (known !== undefined && known.untilMs > now) return known.meta;
    const meta = this.ask(name);
    this.kept.delete(name);
    this.kept.set(name, { meta, untilMs: now + this.limits.keepMs });
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.limits.entriesMax) break;
      this.kept.delete(oldest);
    }
    meta.catch(() => {
      if (this.kept.get(name)?.meta === meta) this.kept.delete(name);
    });
    return meta;
  }

  /** Throws NotFound, naming the partitions there are. */
  static partitionID(meta: CollectionMeta, name: string): bigint {
    const id = meta.partitions.get(name);
    if (id !== undefined) return id;
    throw new NotFound(
      `partition ${name} of collection ${meta.name} not found: there are ${[...meta.partitions.keys()].join(', ')}`,
    );
  }

  /** Everything: names can be aliases of what changed. */
  invalidate(): void {
    this.kept.clear();
  }

  private async ask(name: string): Promise<CollectionMeta> {
    const described = checked(
      await this.rootCoord.describeCollection({
        base: common.MsgBase.fromPartial({ msgType: common.MsgType.DescribeCollection }),
        collectionName: name,
      }),
    );
    const { partitionNames, partitionIDs } = checked(
      await this.rootCoord.showPartitions({
        base: common.MsgBase.fromPartial({ msgType: common.MsgType.ShowPartitions }),
        collectionName: described.schema?.name ?? name,
        collectionID: described.collectionID,
      }),
    );
    const fields = (described.schema?.fields ?? []).filter(({ fieldID }) => fieldID >= firstUserField);
    const primaryKey = fields.find(({ isPrimaryKey }) => isPrimaryKey);
    if (primaryKey === undefined) throw new NotFound(`collection ${name} has no primary key in its schema`);
    return {
      id: described.collectionID,
      name: described.schema?.name ?? name,
      fields,
      primaryKey,
      vchannels: described.virtualChannelNames,
      pchannels: described.physicalChannelNames,
      partitions: new Map(partitionNames.map((partition, at) => [partition, partitionIDs[at] ?? 0n])),
    };
  }
}
