import type { Timestamp, UniqueID } from '@millrace/core';
import type { data, internal } from '@millrace/proto';
import type { PayloadLease } from '../message-stream.ts';

interface Timed {
  /** Smallest and largest timestamp of the rows; `base.timestamp` twice where a message has no rows. */
  readonly beginTs: Timestamp;
  readonly endTs: Timestamp;
  /** `base.msgID`: the same again when a producer repeats itself. */
  readonly msgID: UniqueID;
  /** The message as it came from the log. */
  readonly payload: Uint8Array;
  /** Of the payload. */
  readonly lease?: PayloadLease | undefined;
}

/** An insert, scanned but not decoded: `readInsert(payload)` gives its columns. */
export interface InsertMessage extends Timed {
  readonly kind: 'insert';
  readonly collectionID: UniqueID;
  readonly partitionID: UniqueID;
  readonly segmentID: UniqueID;
  /** The virtual channel. */
  readonly shardName: string;
  readonly numRows: number;
}

/** Keys to delete, each with its timestamp: rows of that key that are older are gone. Source: spec datanode-and-formats §5.4. */
export interface DeleteMessage extends Timed {
  readonly kind: 'delete';
  readonly request: internal.DeleteRequest;
}

/** Every later message of the channel is newer than `endTs`. Source: spec datanode-and-formats §5.5. */
export interface TimeTickMessage extends Timed {
  readonly kind: 'timetick';
}

/** A collection begins: its first message on the channel. DataNodes pass it over, DataCoord has told them of its channel. */
export interface CreateCollectionMessage extends Timed {
  readonly kind: 'create-collection';
  readonly request: internal.CreateCollectionRequest;
}

/** A collection ends: no message of it follows, and its DataNode gives the channel up. */
export interface DropCollectionMessage extends Timed {
  readonly kind: 'drop-collection';
  readonly request: internal.DropCollectionRequest;
}

/** A partition begins. DataNodes pass it over. */
export interface CreatePartitionMessage extends Timed {
  readonly kind: 'create-partition';
  readonly request: internal.CreatePartitionRequest;
}

/** A partition ends: no row of it follows, and its DataNode drops its segments. */
export interface DropPartitionMessage extends Timed {
  readonly kind: 'drop-partition';
  readonly request: internal.DropPartitionRequest;
}

/** What a DataNode reports to DataCoord about one virtual channel. Source: spec datanode-and-formats §4.8. */
export interface DataNodeTickMessage extends Timed {
  readonly kind: 'datanode-tt';
  readonly request: data.DataNodeTtMsg;
}

/** A type we do not know, or bytes that are not what their type says: to be logged and skipped. */
export interface UnknownMessage extends Timed {
  readonly kind: 'unknown';
  readonly msgType: number;
  readonly reason: string;
}

/** What routing distinguishes on a DML channel. */
export type DmlMessage =
  | InsertMessage
  | DeleteMessage
  | CreateCollectionMessage
  | DropCollectionMessage
  | CreatePartitionMessage
  | DropPartitionMessage;

/** Whatever `decodeMessage` can make of a payload, told apart by `kind`. Source: spec datanode-and-formats §5.2. */
export type StreamMessage = DmlMessage | TimeTickMessage | DataNodeTickMessage | UnknownMessage;
