import { Corrupt } from '@millrace/core';
import {
  type BinlogDescriptor,
  dataEventPrefixBytes,
  descriptorPrefixBytes,
  eventHeaderBytes,
  eventTypes,
  magicNumber,
  postHeaderLengths,
} from './event.ts';
import { isObject, parseExact } from './exact-json.ts';

export interface Binlog {
  readonly descriptor: BinlogDescriptor;
  /** In-memory bytes of the payload, as its writer counted them. */
  readonly originalSize: number;
  /** A complete Parquet file: a view of the binlog. */
  readonly payload: Uint8Array;
}

const originalSizeMax = 2 ** 31;

/**
 * Reads the framing of a binlog with exactly one data event.
 * @throws Corrupt when it is cut or damaged, or its event is of another kind
 */
export function readBinlog(bytes: Uint8Array, eventType: number): Binlog {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.length < descriptorPrefixBytes + dataEventPrefixBytes) throw damaged('is cut');
  if (view.readUInt32LE(0) !== magicNumber) throw damaged('has no magic number');
  const dataEventAt = eventEnd(view, 4, eventTypes.descriptor);
  const extraBytes = view.readInt32LE(81);
  if (extraBytes < 2 || descriptorPrefixBytes + extraBytes !== dataEventAt)
    throw damaged('has an odd descriptor');
  if (postHeaderLengths.some((length, type) => view[73 + type] !== length))
    throw damaged('has an odd descriptor');
  if (view.length - dataEventAt < dataEventPrefixBytes) throw damaged('is cut');
  if (eventEnd(view, dataEventAt, eventType) !== view.length) throw damaged('does not end with its event');
  const descriptor = readDescriptor(view);
  if (
    view.readBigUInt64LE(dataEventAt + eventHeaderBytes) !== descriptor.startTimestamp ||
    view.readBigUInt64LE(dataEventAt + eventHeaderBytes + 8) !== descriptor.endTimestamp
  ) {
    throw damaged('has contradicting timestamps');
  }
  return {
    descriptor,
    originalSize: readOriginalSize(view.toString('utf8', descriptorPrefixBytes, dataEventAt)),
    payload: bytes.subarray(dataEventAt + dataEventPrefixBytes),
  };
}

/** Checks an event's header and returns where the next one starts. */
function eventEnd(view: Buffer, at: number, type: number): number {
  if (view.readInt8(at + 8) !== type)
    throw damaged(`has an event of type ${view.readInt8(at + 8)}, not ${type}`);
  const end = at + view.readInt32LE(at + 9);
  if (end < at + eventHeaderBytes || end > view.length || view.readInt32LE(at + 13) !== end) {
    throw damaged('has an event of impossible length');
  }
  return end;
}

function readDescriptor(view: Buffer): BinlogDescriptor {
  return {
    headerTimestamp: view.readBigUInt64LE(4),
    collectionID: view.readBigInt64LE(21),
    partitionID: view.readBigInt64LE(29),
    segmentID: view.readBigInt64LE(37),
    fieldID: view.readBigInt64LE(45),
    startTimestamp: view.readBigUInt64LE(53),
    endTimestamp: view.readBigUInt64LE(61),
    dataType: view.readInt32LE(69),
  };
}

function readOriginalSize(extra: string): number {
  const json = parseExact(extra, 'extra part of a binlog descriptor');
  const text = isObject(json) ? json['original_size'] : undefined;
  if (typeof text !== 'string' || !/^\d{1,10}$/.test(text)) throw damaged('lacks original_size');
  const size = Number(text);
  if (size > originalSizeMax) throw damaged(`claims ${size} bytes in memory`);
  return size;
}

function damaged(what: string): Corrupt {
  return new Corrupt(`binlog ${what}: it must be restored or rebuilt`);
}
