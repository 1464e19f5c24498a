import { Corrupt } from '@millrace/core';
import { etcd } from '@millrace/proto';
import type { Compare, KeyValue, Revision, Transaction, WatchEvent, WriteOp } from '../../meta-store.ts';
import { prefixRange } from './key-range.ts';

export function revisionOf({ header }: { readonly header: etcd.ResponseHeader | undefined }): Revision {
  if (header === undefined) throw new Corrupt('etcd answered without a header: is this an etcd?');
  return header.revision;
}

function keyValueOf(kv: etcd.KeyValue): KeyValue {
  const { value, createRevision, modRevision, version, lease } = kv;
  return { key: kv.key.toString(), value, createRevision, modRevision, version, lease };
}

export function watchEventOf({ type, kv, prevKv }: etcd.Event): WatchEvent {
  if (kv === undefined) throw new Corrupt('etcd sent an event without a key: is this an etcd?');
  const previous = prevKv === undefined ? undefined : keyValueOf(prevKv);
  if (type === etcd.Event_EventType.PUT) return { type: 'put', kv: keyValueOf(kv), previous };
  return { type: 'delete', key: kv.key.toString(), modRevision: kv.modRevision, previous };
}

export function txnRequest({ compares = [], writes }: Transaction): etcd.TxnRequest {
  // etcd answers a transaction without any operation from what one server happens to know: a read makes it wait for the cluster.
  const reads = writes.length === 0 ? [linearizableRead] : [];
  return etcd.TxnRequest.fromPartial({
    compare: compares.map(compareMessage),
    success: [...reads, ...writes.map(writeMessage)],
    failure: reads,
  });
}

const linearizableRead: etcd.RequestOp = {
  request: {
    $case: 'requestRange',
    value: etcd.RangeRequest.fromPartial({ key: Buffer.from([0]), countOnly: true }),
  },
};

function compareMessage(compare: Compare): etcd.Compare {
  const { VERSION, CREATE, MOD, VALUE } = etcd.Compare_CompareTarget;
  const equal = {
    key: Buffer.from(compare.key),
    rangeEnd: Buffer.alloc(0),
    result: etcd.Compare_CompareResult.EQUAL,
  };
  if ('version' in compare)
    return { ...equal, target: VERSION, targetUnion: { $case: 'version', value: compare.version } };
  if ('createRevision' in compare) {
    const targetUnion = { $case: 'createRevision', value: compare.createRevision } as const;
    return { ...equal, target: CREATE, targetUnion };
  }
  if ('modRevision' in compare)
    return { ...equal, target: MOD, targetUnion: { $case: 'modRevision', value: compare.modRevision } };
  return { ...equal, target: VALUE, targetUnion: { $case: 'value', value: asBuffer(compare.value) } };
}

function writeMessage(write: WriteOp): etcd.RequestOp {
  if ('put' in write) {
    const { lease = 0n } = write;
    const value = { key: Buffer.from(write.put), value: asBuffer(write.value), lease, prevKv: false };
    return { request: { $case: 'requestPut', value } };
  }
  const { key, rangeEnd } =
    'delete' in write
      ? { key: Buffer.from(write.delete), rangeEnd: Buffer.alloc(0) }
      : prefixRange(write.deletePrefix);
  return { request: { $case: 'requestDeleteRange', value: { key, rangeEnd, prevKv: false } } };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
