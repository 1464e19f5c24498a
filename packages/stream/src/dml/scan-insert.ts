import type { PayloadLease } from '../message-stream.ts';
import type { InsertMessage } from './message.ts';
import { emptyBase, scanBaseFields } from './message-base.ts';
import { WireScanner } from './wire-scanner.ts';

const utf8 = new TextDecoder();

/** What routing needs of an InsertRequest, without touching its columns. Throws RangeError for bytes that are none. */
export function scanInsert(payload: Uint8Array, lease?: PayloadLease): InsertMessage {
  const scan = new WireScanner(payload);
  const times = new TimeRange();
  let base = emptyBase;
  let shardName = '';
  let collectionID = 0n;
  let partitionID = 0n;
  let segmentID = 0n;
  let numRows = 0;
  let rowBlobs = 0;
  while (scan.more) {
    const tag = scan.uint32();
    if (tag === 10) base = scanBaseFields(scan);
    else if (tag === 18) {
      const end = scan.nestedEnd();
      shardName = utf8.decode(payload.subarray(scan.at, end));
      scan.at = end;
    } else if (tag === 56) collectionID = scan.int64();
    else if (tag === 64) partitionID = scan.int64();
    else if (tag === 72) segmentID = scan.int64();
    else if (tag === 80) times.add(scan);
    else if (tag === 82) for (const end = scan.nestedEnd(); scan.at < end; ) times.add(scan);
    else if (tag === 112) numRows = Number(scan.uint64());
    else {
      if (tag === 98) rowBlobs++;
      scan.skip(tag & 7);
    }
  }
  return {
    kind: 'insert',
    beginTs: times.count === 0 ? base.timestamp : times.first,
    endTs: times.count === 0 ? base.timestamp : times.last,
    msgID: base.msgID,
    collectionID,
    partitionID,
    segmentID,
    shardName,
    numRows: numRows === 0 ? rowBlobs : numRows,
    payload,
    lease,
  };
}

/** Smallest and largest of many timestamps, kept as words: a message holds one per row. */
class TimeRange {
  count = 0;
  private firstLow = 0xffffffff;
  private firstHigh = 0xffffffff;
  private lastLow = 0;
  private lastHigh = 0;

  add(scan: WireScanner): void {
    scan.varint();
    const { low, high } = scan;
    this.count++;
    if (high < this.firstHigh || (high === this.firstHigh && low < this.firstLow)) {
      this.firstLow = low;
      this.firstHigh = high;
    }
    if (high > this.lastHigh || (high === this.lastHigh && low > this.lastLow)) {
      this.lastLow = low;
      this.lastHigh = high;
    }
  }

  get first(): bigint {
    return (BigInt(this.firstHigh) << 32n) | BigInt(this.firstLow);
  }

  get last(): bigint {
    return (BigInt(this.lastHigh) << 32n) | BigInt(this.lastLow);
  }
}
