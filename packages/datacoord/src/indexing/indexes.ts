import { Semaphore } from '@millrace/core';
import { type index, schema } from '@millrace/proto';
import { type ClientOf, checked } from '@millrace/runtime';

export type IndexCoordCalls = Pick<
  ClientOf<typeof index.IndexCoordService>,
  'getIndexInfos' | 'describeIndex'
>;
/** The IndexCoord of the cluster, undefined where there is none. */
export type FindIndexCoord = () => Promise<IndexCoordCalls | undefined>;

/** Which segments have their vector index. Without an IndexCoord every one counts as indexed: nobody will ever build one. */
export class Indexes {
  private readonly find: FindIndexCoord;

  constructor(find: FindIndexCoord) {
    this.find = find;
  }

  /**
   * Those of the segments whose first vector field is indexed; all of them without an IndexCoord. Source: spec datacoord §10.3.
   * Errors: what IndexCoord answers, Unavailable when it does not.
   */
  async indexed(
    collection: schema.CollectionSchema,
    collectionID: bigint,
    segmentIDs: readonly bigint[],
  ): Promise<Pick<ReadonlySet<bigint>, 'has'>> {
    if (segmentIDs.length === 0) return new Set();
    const indexCoord = await this.find();
    if (indexCoord === undefined) return everyOne;
    const vector = collection.fields.find(({ dataType }) => isVector(dataType))?.fieldID;
    const found = new Set<bigint>();
    const asking = new Semaphore(callsInFlight);
    const ask = async (asked: readonly bigint[]): Promise<void> => {
      const answer = checked(
        await indexCoord.getIndexInfos({ collectionID, segmentIDs: [...asked] }, { deadlineMs }),
      );
      for (const [id, { indexInfos }] of answer.segmentInfo) {
        if (indexInfos.some(({ fieldID }) => fieldID === vector)) found.add(id);
      }
    };
    const calls: Promise<void>[] = [];
    for (let at = 0; at < segmentIDs.length; at += segmentsPerCall)
      calls.push(asking.run(() => ask(segmentIDs.slice(at, at + segmentsPerCall))));
    await Promise.all(calls);
    return found;
  }

  /** Whether the collection's index lies on disk: its segments may be larger then. Source: spec datacoord §7.3. */
  async areOnDisk(collectionID: bigint): Promise<boolean> {
    const indexCoord = await this.find();
    if (indexCoord === undefined) return false;
    const { indexInfos } = await indexCoord.describeIndex({ collectionID, indexName: '' }, { deadlineMs });
    return indexInfos.some(({ indexParams }) =>
      indexParams.some(({ key, value }) => key === 'index_type' && value === 'DISKANN'),
    );
  }
}

const everyOne = { has: () => true } as const;

const deadlineMs = 5_000;
/** Keeps one answer well below what a client receives, and lets IndexCoord work on several. */
const segmentsPerCall = 2_500;
/** IndexCoord answers one while this reads another. */
const callsInFlight = 4;

function isVector(dataType: number): boolean {
  return dataType === schema.DataType.FloatVector || dataType === schema.DataType.BinaryVector;
}
