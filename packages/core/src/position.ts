import type { Timestamp } from './timestamp.ts';

/** A place in a channel, as Milvus stores it (`internal.MsgPosition`). msgID is opaque: only the stream driver that made it reads it. */
export interface Position {
  channelName: string;
  msgID: Uint8Array;
  /** Subscription that was reading. Written for the original's sake, never read. */
  msgGroup: string;
  timestamp: Timestamp;
}

/** The earlier of two positions, by timestamp; undefined counts as later than everything. */
export function earliestPosition<P extends Position>(positions: Iterable<P | undefined>): P | undefined {
  let earliest: P | undefined;
  for (const position of positions) {
    if (position !== undefined && (earliest === undefined || position.timestamp < earliest.timestamp))
      earliest = position;
  }
  return earliest;
}
