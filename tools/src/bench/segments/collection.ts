import { segmentStates } from '@millrace/core';
import { type MetaKeys, metaKeys, type WriteOp } from '@millrace/metastore';
import { data, internal } from '@millrace/proto';

/** Ids as long as those Milvus allocates: they are the larger part of a path. */
const firstID = 449_000_000_000_000_000n;

export interface BenchCollection {
  readonly id: bigint;
  readonly channels: readonly string[];
  readonly segments: number;
}

const collection = (number: bigint, segments: number): BenchCollection => {
  const id = firstID + number;
  const channels = [0, 1].map((shard) => `by-dev-rootcoord-dml_${shard}_${id}v${shard}`);
  return { id, channels, segments };
};

export const large = collection(1n, 100_000);
export const small = collection(2n, 10_000);
export const million = collection(3n, 1_000_000);
export const half = collection(4n, 50_000);

export const collections: readonly BenchCollection[] = [large, small, million, half];

/** By the name a run or a probe is told. */
export function collectionNamed(name: string): BenchCollection {
  switch (name) {
    case 'large':
      return large;
    case 'small':
      return small;
    case 'million':
      return million;
    case 'half':
      return half;
    default:
      throw new Error(`no collection ${name}: there are large, small, million, half`);
  }
}

export const metaRoot = 'by-dev/meta';

const fieldIDs = [0n, 1n, 100n, 101n, 102n];
const keys: MetaKeys = metaKeys(metaRoot);

/** What the store of a real cluster has of one flushed segment: its record, two insert logs of each of five fields, two stats logs. */
export function segmentWrites({ id: collectionID, channels }: BenchCollection, index: number): WriteOp[] {
  const partitionID = collectionID + 100n;
  const segmentID = partitionID + 1_000n + BigInt(index) * 20n;
  const channel = channels[index % channels.length] ?? '';
  const ref = { collectionID, partitionID, segmentID };
  const timestamp = 450_000_000_000_000_000n + BigInt(index) * 262_144n;
  let logID = segmentID;
  const logs = (fieldID: bigint, log: Partial<data.Binlog>): Uint8Array =>
    data.FieldBinlog.encode(
      data.FieldBinlog.fromPartial({ fieldID, binlogs: [1, 2].map(() => ({ ...log, logID: ++logID })) }),
    ).finish();
  const info = data.SegmentInfo.fromPartial({
    ID: segmentID,
    collectionID,
    partitionID,
    insertChannel: channel,
    numOfRows: 20_000n,
    state: segmentStates.flushed,
    maxRowNum: 1_016_800n,
    lastExpireTime: timestamp + 500_000_000n,
    startPosition: position(channel, index, timestamp),
    dmlPosition: position(channel, index + 9, timestamp + 400_000_000n),
  });
  const insertLog = {
    entriesNum: 10_000n,
    timestampFrom: timestamp,
    timestampTo: timestamp + 1n,
    logSize: 80_000n,
  };
  return [
    { put: keys.key.segment(ref), value: data.SegmentInfo.encode(info).finish() },
    ...fieldIDs.map((fieldID) => ({
      put: keys.key.binlog({ ...ref, fieldID }),
      value: logs(fieldID, insertLog),
    })),
    { put: keys.key.statslog({ ...ref, fieldID: 100n }), value: logs(100n, { logSize: 9_000n }) },
  ];
}

export function checkpointWrites({ channels, segments }: BenchCollection): WriteOp[] {
  return channels.map((vchannel) => ({
    put: keys.key.channelCheckpoint({ vchannel }),
    value: internal.MsgPosition.encode(position(vchannel, segments, 460_000_000_000_000_000n)).finish(),
  }));
}

function position(channel: string, offset: number, timestamp: bigint): internal.MsgPosition {
  const msgID = Buffer.alloc(8);
  msgID.writeBigInt64LE(BigInt(offset));
  return { channelName: channel, msgID, msgGroup: `by-dev-dataNode-3-${channel}`, timestamp };
}
