import { index, schema } from '@millrace/proto';
import { describe, expect, it } from 'vitest';
import { Indexes } from './indexes.ts';

const vector = 101n;
const collection = schema.CollectionSchema.fromPartial({
  fields: [{ fieldID: vector, dataType: schema.DataType.FloatVector }],
});

describe('the segments that have their index', () => {
  it('are asked of IndexCoord in calls of five thousand, at most four at a time', async () => {
    const ids = Array.from({ length: 42_000 }, (_, at) => BigInt(at));
    const isBuilt = (id: bigint) => id % 7n === 0n;
    const asked: number[] = [];
    let inFlight = 0;
    let most = 0;
    const indexes = new Indexes(async () => ({
      getIndexInfos: async ({ segmentIDs = [] }) => {
        asked.push(segmentIDs.length);
        most = Math.max(most, ++inFlight);
        await new Promise((resolve) => setImmediate(resolve));
        inFlight--;
        const told = (id: bigint) =>
          index.SegmentInfo.fromPartial({ indexInfos: isBuilt(id) ? [{ fieldID: vector }] : [] });
        return {
          ...index.GetIndexInfoResponse.fromPartial({ status: {} }),
          segmentInfo: new Map(segmentIDs.map((id) => [id, told(id)])),
        };
      },
      describeIndex: async () => index.DescribeIndexResponse.fromPartial({ status: {} }),
    }));
    const indexed = await indexes.indexed(collection, 1n, ids);
    expect(ids.filter((id) => indexed.has(id))).toEqual(ids.filter(isBuilt));
    expect(asked).toEqual([...Array.from({ length: 16 }, () => 2_500), 2_000]);
    expect(most).toBe(4);
  });

  it('are all of them where there is no IndexCoord', async () => {
    const indexed = await new Indexes(async () => undefined).indexed(collection, 1n, [7n]);
    expect(indexed.has(7n)).toBe(true);
  });
});
