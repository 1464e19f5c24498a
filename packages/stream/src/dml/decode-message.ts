import { maxOf, minOf } from '@millrace/core';
import { common, data, internal } from '@millrace/proto';
import type { PayloadLease } from '../message-stream.ts';
import type { StreamMessage } from './message.ts';
import { emptyBase, type MessageBase, scanBase } from './message-base.ts';
import { scanInsert } from './scan-insert.ts';

const { MsgType } = common;

/** What a log's payload says. Never throws: what cannot be decoded is `unknown` and gives the reason. Source: spec §5.2. */
export function decodeMessage(payload: Uint8Array, lease?: PayloadLease): StreamMessage {
  let base = emptyBase;
  try {
    base = scanBase(payload);
    return decodeAs(base, payload, lease);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...timed(base, payload, lease), kind: 'unknown', msgType: base.msgType, reason };
  }
}

/** The columns of an insert, as objects: convenient, and an order of magnitude slower than reading the payload in place. */
export function readInsert(payload: Uint8Array): internal.InsertRequest {
  return internal.InsertRequest.decode(payload);
}

function decodeAs(base: MessageBase, payload: Uint8Array, lease: PayloadLease | undefined): StreamMessage {
  const common = timed(base, payload, lease);
  switch (base.msgType) {
    case MsgType.Insert:
      return scanInsert(payload, lease);
    case MsgType.Delete: {
      const request = internal.DeleteRequest.decode(payload);
      return { ...common, ...timeRange(request.timestamps, base.timestamp), kind: 'delete', request };
    }
    case MsgType.TimeTick:
      return { ...common, kind: 'timetick' };
    case MsgType.CreateCollection:
      return {
        ...common,
        kind: 'create-collection',
        request: internal.CreateCollectionRequest.decode(payload),
      };
    case MsgType.DropCollection:
      return { ...common, kind: 'drop-collection', request: internal.DropCollectionRequest.decode(payload) };
    case MsgType.CreatePartition:
      return {
        ...common,
        kind: 'create-partition',
        request: internal.CreatePartitionRequest.decode(payload),
      };
    case MsgType.DropPartition:
      return { ...common, kind: 'drop-partition', request: internal.DropPartitionRequest.decode(payload) };
    case MsgType.DataNodeTt:
      return { ...common, kind: 'datanode-tt', request: data.DataNodeTtMsg.decode(payload) };
    default:
      return { ...common, kind: 'unknown', msgType: base.msgType, reason: 'unknown message type' };
  }
}

function timed({ msgID, timestamp }: MessageBase, payload: Uint8Array, lease: PayloadLease | undefined) {
  return { beginTs: timestamp, endTs: timestamp, msgID, payload, lease };
}

function timeRange(timestamps: readonly bigint[], otherwise: bigint) {
  const [first = otherwise] = timestamps;
  return { beginTs: timestamps.reduce(minOf, first), endTs: timestamps.reduce(maxOf, first) };
}
