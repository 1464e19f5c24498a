import { maxRowsOfSegment, NotFound } from '@millrace/core';
import { common, type milvus, type rootcoord, schema } from '@millrace/proto';
import { type ClientOf, checked } from '@millrace/runtime';

export interface Collection {
  readonly id: bigint;
  readonly schema: schema.CollectionSchema;
  readonly startPositions: readonly common.KeyDataPair[];
  readonly createdTimestamp: bigint;
  /** Undefined while nobody told: WatchChannels does not. */
  readonly properties: readonly common.KeyValuePair[] | undefined;
}

/** Schemas by collection: from WatchChannels, from a watch record at start, or asked of RootCoord when neither came. */
export class Collections {
  private readonly byID = new Map<bigint, Collection>();
  private readonly asked = new Map<bigint, Promise<Collection>>();
  private readonly rowLimits = new WeakMap<
    object,
    { readonly segmentBytesMax: number; readonly rows: number }
  >();
  private readonly rootCoord: ClientOf<typeof rootcoord.RootCoordService>;

  constructor(rootCoord: ClientOf<typeof rootcoord.RootCoordService>) {
    this.rootCoord = rootCoord;
  }

  known(id: bigint): Collection | undefined {
    return this.byID.get(id);
  }

  /** WatchChannels carries the encoded schema; what is known already stays. */
  learn(
    id: bigint,
    collectionSchema: schema.CollectionSchema | undefined,
    startPositions: readonly common.KeyDataPair[],
  ): void {
    if (collectionSchema === undefined || collectionSchema.fields.length === 0 || this.byID.has(id)) return;
    this.byID.set(id, {
      id,
      schema: collectionSchema,
      startPositions,
      createdTimestamp: 0n,
      properties: undefined,
    });
  }

  /** It is gone: whoever names it is told by RootCoord. */
  forget(id: bigint): void {
    this.byID.delete(id);
  }

  /** New properties of a collection; one that was not known is known from now on. Source: spec datacoord §2.30. */
  alter(
    id: bigint,
    collectionSchema: schema.CollectionSchema | undefined,
    startPositions: readonly common.KeyDataPair[],
    properties: readonly common.KeyValuePair[],
  ): void {
    this.learn(id, collectionSchema, startPositions);
    const known = this.byID.get(id);
    if (known !== undefined) this.byID.set(id, { ...known, properties });
  }

  /** Concurrent questions about one collection share one call. Rejects with NotFound when RootCoord does not know it. */
  async get(id: bigint): Promise<Collection> {
    const known = this.byID.get(id);
    if (known !== undefined) return known;
    let pending = this.asked.get(id);
    if (pending === undefined) {
      pending = this.ask(id).finally(() => this.asked.delete(id));
      this.asked.set(id, pending);
    }
    return pending;
  }

  /** Rows a new segment of the collection takes. */
  async maxRows(id: bigint, segmentBytesMax: number): Promise<number> {
    return this.maxRowsOf(await this.get(id), segmentBytesMax);
  }

  /** The same, where it is known without asking. */
  knownMaxRows(id: bigint, segmentBytesMax: number): number | undefined {
    const known = this.byID.get(id);
    return known && this.maxRowsOf(known, segmentBytesMax);
  }

  /** A schema never changes its fields, and every allocation asks. */
  private maxRowsOf({ schema: { fields } }: Collection, segmentBytesMax: number): number {
    const known = this.rowLimits.get(fields);
    if (known?.segmentBytesMax === segmentBytesMax) return known.rows;
    const rows = maxRowsOfSegment(fields, segmentBytesMax);
    this.rowLimits.set(fields, { segmentBytesMax, rows });
    return rows;
  }

  /** Life of the collection's rows, milliseconds; undefined where it sets none. Rejects with NotFound when RootCoord does not know it. */
  async ttlMs(id: bigint): Promise<number | undefined> {
    const known = await this.get(id);
    const { properties } = known.properties === undefined ? await this.ask(id) : known;
    const text = properties?.find(({ key }) => key === ttlProperty)?.value;
    if (text === undefined) return undefined;
    const seconds = Number(text);
    return Number.isSafeInteger(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
  }

  private async ask(id: bigint): Promise<Collection> {
    const answer: milvus.DescribeCollectionResponse = checked(
      await this.rootCoord.describeCollectionInternal({
        base: common.MsgBase.fromPartial({ msgType: common.MsgType.DescribeCollection }),
        collectionID: id,
      }),
    );
    if (answer.schema === undefined) throw new NotFound(`failed to get collection ${id}`);
    const collection = {
      id,
      schema: answer.schema,
      startPositions: answer.startPositions,
      createdTimestamp: answer.createdTimestamp,
      properties: answer.properties,
    };
    this.byID.set(id, collection);
    return collection;
  }
}

/** Source: spec datacoord §7.3. */
const ttlProperty = 'collection.ttl.seconds';

export function decodeSchema(bytes: Uint8Array): schema.CollectionSchema | undefined {
  return bytes.length === 0 ? undefined : schema.CollectionSchema.decode(bytes);
}
