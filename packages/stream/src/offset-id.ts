import { Invalid } from '@millrace/core';
import type { MessageID } from './message-stream.ts';

/** The id of the message at this offset: 8 bytes, little-endian, as Milvus stores Kafka's. Source: spec datanode-and-formats §5.6. */
export function offsetID(offset: bigint): MessageID {
  const id = new Uint8Array(8);
  new DataView(id.buffer).setBigInt64(0, offset, true);
  return id;
}

/** The offset in an id. Invalid when the id was not made by a driver that counts offsets. */
export function offsetOf(id: MessageID): bigint {
  if (id.length !== 8)
    throw new Invalid(
      `message id of ${id.length} bytes: this log's ids are offsets of 8 bytes; was it written by another broker?`,
    );
  return new DataView(id.buffer, id.byteOffset, 8).getBigInt64(0, true);
}

/** Negative, zero or positive, as `a` lies before, at or behind `b`. @throws Invalid for an id that is no offset */
export function compareOffsets(a: MessageID, b: MessageID): number {
  const left = offsetOf(a);
  const right = offsetOf(b);
  return left < right ? -1 : left > right ? 1 : 0;
}
