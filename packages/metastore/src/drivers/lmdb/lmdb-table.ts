import { Corrupt } from '@millrace/core';
import { etcd, WireFields } from '@millrace/proto';
import { decodeKeyValue, viewOf } from '../../key-value-codec.ts';
import type { LogEntry, WritableTable } from '../../local/table.ts';
import type { KeyValue, LeaseID, RangeOptions, RangePage, Revision, WatchEvent } from '../../meta-store.ts';
import { StoredPage } from '../../stored-page.ts';
import { bigEndian, type Environment, readFact, writeFact } from './environment.ts';

/** The store as the current lmdb transaction sees it. Used within one turn of the event loop. */
export class LmdbTable implements WritableTable {
  private readonly environment: Environment;
  private readonly logMax: number;

  /** @param logMax Transactions the log keeps. */
  constructor(environment: Environment, logMax: number) {
    this.environment = environment;
    this.logMax = logMax;
  }

  get revision(): Revision {
    return readFact(this.environment, 'revision');
  }

  get compacted(): Revision {
    return readFact(this.environment, 'compacted');
  }

  get(key: string): KeyValue | undefined {
    return this.environment.keys.get(Buffer.from(key));
  }

  *entries(prefix: string, after?: string, before?: string): Generator<KeyValue> {
    const bounds = boundsOf(prefix, after, before);
    if (bounds === undefined) return;
    for (const { value } of this.environment.keys.getRange(bounds)) yield value;
  }

  /** What `entries` gives, up to `limit` of it, as it is stored. */
  page({ prefix, after, before, memory }: RangeOptions, limit: number): RangePage {
    const { revision } = this;
    const { gathered, records } = this.environment;
    const bounds = boundsOf(prefix, after, before);
    gathered.clear();
    let count = 0;
    let last = 0;
    let end: number | undefined;
    if (bounds !== undefined) {
      for (const { value: start } of records.getRange({ ...bounds, limit: limit + 1 })) {
        if (count === limit) end = start;
        else last = start;
        count++;
      }
    }
    const bytes = gathered.take(memory, end);
    const lastKey = count === 0 ? undefined : keyAt(bytes, last);
    return new StoredPage(bytes, { lastKey, revision, more: end !== undefined });
  }

  *log(after: Revision): Generator<LogEntry> {
    for (const { key, value } of this.environment.log.getRange({ start: bigEndian(after + 1n) })) {
      yield {
        revision: key.readBigUInt64BE(),
        events: etcd.WatchResponse.decode(value).events.map(decodeEvent),
      };
    }
  }

  hasLease(lease: LeaseID): boolean {
    return this.environment.leases.getBinary(bigEndian(lease)) !== undefined;
  }

  keysOfLease(lease: LeaseID): string[] {
    const start = bigEndian(lease);
    const keys: string[] = [];
    for (const key of this.environment.leaseKeys.getKeys({ start, end: bigEndian(lease + 1n) })) {
      keys.push(key.subarray(8).toString('utf8'));
    }
    return keys;
  }

  commit({ revision, events }: LogEntry): void {
    const { keys, leaseKeys, log } = this.environment;
    for (const event of events) {
      const { previous } = event;
      if (previous !== undefined && previous.lease !== 0n) leaseKeys.removeSync(leaseKey(previous));
      if (event.type === 'delete') {
        keys.removeSync(Buffer.from(event.key));
      } else {
        keys.putSync(Buffer.from(event.kv.key), event.kv);
        if (event.kv.lease !== 0n) leaseKeys.putSync(leaseKey(event.kv), Buffer.alloc(0));
      }
    }
    const response = etcd.WatchResponse.fromPartial({ events: events.map(encodeEvent) });
    log.putSync(bigEndian(revision), Buffer.from(etcd.WatchResponse.encode(response).finish()));
    writeFact(this.environment, 'revision', revision);
    this.trimLog(revision);
  }

  private trimLog(revision: Revision): void {
    const compacted = this.compacted;
    const keep = revision - BigInt(this.logMax);
    if (keep <= compacted) return;
    for (let old = compacted + 1n; old <= keep; old++) this.environment.log.removeSync(bigEndian(old));
    writeFact(this.environment, 'compacted', keep);
  }
}

interface KeyBounds {
  readonly start?: Buffer;
  readonly exclusiveStart: boolean;
  readonly end?: Buffer;
}

/** Of the prefix, behind `after` and before `before`; undefined where nothing can be. */
function boundsOf(prefix: string, after?: string, before?: string): KeyBounds | undefined {
  let start = Buffer.from(prefix);
  let end = start.length > 0 ? endOfPrefix(start) : undefined;
  const exclusiveStart = after !== undefined && Buffer.compare(Buffer.from(after), start) >= 0;
  if (exclusiveStart) start = Buffer.from(after);
  const until = before === undefined ? undefined : Buffer.from(before);
  if (until !== undefined && (end === undefined || Buffer.compare(until, end) < 0)) end = until;
  if (end !== undefined && Buffer.compare(start, end) >= 0) return undefined;
  // lmdb knows no empty key.
  return { ...(start.length > 0 && { start }), exclusiveStart, ...(end !== undefined && { end }) };
}

function keyAt(bytes: Buffer, start: number): string {
  const record = new WireFields(bytes, start, bytes.length);
  record.next();
  return decodeKeyValue(bytes, record.valueStart, record.valueEnd, viewOf).key;
}

/** The first key behind all with the prefix. UTF-8 has no byte 0xff: the last one always has a successor. */
function endOfPrefix(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  end.writeUInt8(end.readUInt8(end.length - 1) + 1, end.length - 1);
  return end;
}

function leaseKey({ lease, key }: KeyValue): Buffer {
  return Buffer.concat([bigEndian(lease), Buffer.from(key)]);
}

function toMessage(kv: KeyValue): etcd.KeyValue {
  return { ...kv, key: Buffer.from(kv.key), value: Buffer.from(kv.value) };
}

function fromMessage(message: etcd.KeyValue): KeyValue {
  return { ...message, key: message.key.toString('utf8') };
}

function encodeEvent(event: WatchEvent): etcd.Event {
  const prevKv = event.previous === undefined ? undefined : toMessage(event.previous);
  if (event.type === 'put') return { type: etcd.Event_EventType.PUT, kv: toMessage(event.kv), prevKv };
  const kv = etcd.KeyValue.fromPartial({ key: Buffer.from(event.key), modRevision: event.modRevision });
  return { type: etcd.Event_EventType.DELETE, kv, prevKv };
}

function decodeEvent(event: etcd.Event): WatchEvent {
  const previous = event.prevKv === undefined ? undefined : fromMessage(event.prevKv);
  if (event.kv === undefined) throw new Corrupt('a change in the log of the metastore names no key');
  if (event.type === etcd.Event_EventType.PUT) return { type: 'put', kv: fromMessage(event.kv), previous };
  return { type: 'delete', key: event.kv.key.toString('utf8'), modRevision: event.kv.modRevision, previous };
}
