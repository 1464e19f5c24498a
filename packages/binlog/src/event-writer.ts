import { Exhausted, Invalid } from '@millrace/core';
import {
  type BinlogDescriptor,
  dataEventPrefixBytes,
  descriptorPrefixBytes,
  eventHeaderBytes,
  eventTypes,
  magicNumber,
  postHeaderLengths,
} from './event.ts';

const binlogBytesMax = 2 ** 31 - 1;

/**
 * Everything of a binlog before its payload: magic, descriptor event, header and timestamps of the data event.
 * @param originalSize in-memory bytes of the payload, which Milvus' readers insist on finding in the descriptor
 * @throws Invalid for zero timestamps; Exhausted when the file would reach 2 GiB
 */
export function binlogPrefix(
  descriptor: BinlogDescriptor,
  eventType: number,
  originalSize: number,
  payloadBytes: number,
): Uint8Array {
  if (descriptor.startTimestamp <= 0n || descriptor.endTimestamp <= 0n) {
    throw new Invalid('a binlog needs timestamps above 0: take the least and greatest of its rows');
  }
  const extra = Buffer.from(JSON.stringify({ original_size: String(originalSize) }), 'utf8');
  const dataEventAt = descriptorPrefixBytes + extra.length;
  const eventBytes = dataEventPrefixBytes + payloadBytes;
  if (dataEventAt + eventBytes > binlogBytesMax) {
    throw new Exhausted(`a binlog of ${payloadBytes} bytes is too large: flush fewer rows at once`);
  }
  const bytes = Buffer.alloc(dataEventAt + dataEventPrefixBytes);
  bytes.writeUInt32LE(magicNumber, 0);
  writeHeader(bytes, 4, descriptor.headerTimestamp, eventTypes.descriptor, dataEventAt - 4);
  writeDescriptor(bytes, descriptor, extra);
  writeHeader(bytes, dataEventAt, descriptor.headerTimestamp, eventType, eventBytes);
  bytes.writeBigUInt64LE(descriptor.startTimestamp, dataEventAt + eventHeaderBytes);
  bytes.writeBigUInt64LE(descriptor.endTimestamp, dataEventAt + eventHeaderBytes + 8);
  return bytes;
}

function writeHeader(bytes: Buffer, at: number, timestamp: bigint, type: number, eventBytes: number): void {
  bytes.writeBigUInt64LE(timestamp, at);
  bytes.writeInt8(type, at + 8);
  bytes.writeInt32LE(eventBytes, at + 9);
  bytes.writeInt32LE(at + eventBytes, at + 13);
}

function writeDescriptor(bytes: Buffer, descriptor: BinlogDescriptor, extra: Uint8Array): void {
  bytes.writeBigInt64LE(descriptor.collectionID, 21);
  bytes.writeBigInt64LE(descriptor.partitionID, 29);
  bytes.writeBigInt64LE(descriptor.segmentID, 37);
  bytes.writeBigInt64LE(descriptor.fieldID, 45);
  bytes.writeBigUInt64LE(descriptor.startTimestamp, 53);
  bytes.writeBigUInt64LE(descriptor.endTimestamp, 61);
  bytes.writeInt32LE(descriptor.dataType, 69);
  bytes.set(postHeaderLengths, 73);
  bytes.writeInt32LE(extra.length, 81);
  bytes.set(extra, descriptorPrefixBytes);
}
