import { mkdirSync } from 'node:fs';
import { Corrupt, Internal, Invalid } from '@millrace/core';
import { type Database, type DatabaseOptions, open, type RootDatabase } from 'lmdb';
import { copyOf, decodeKeyValue, encodeKeyValue } from '../../key-value-codec.ts';
import type { KeyValue } from '../../meta-store.ts';
import { GatheredRecords } from './gathered-records.ts';

type Bytes = Database<Buffer, Buffer>;

/**
 * Keys as their bytes. Reading them back would make a Buffer of each one a range passes; the values name their keys, and so nothing is read.
 */
const writeOnlyKeys = {
  writeKey(key: unknown, target: Buffer, start: number): number {
    if (!(key instanceof Uint8Array)) throw new Internal('a key of the metastore must be bytes');
    target.set(key, start);
    return start + key.length;
  },
  readKey: () => noBytes,
};
const noBytes = Buffer.alloc(0);

/** lmdb's types do not tell of encoders, its documentation does. It reads every value into the same bytes. */
function keysOptions<Value>(
  decode: (bytes: Buffer) => Value,
): DatabaseOptions & { name: string; encoder: object; keyEncoder: object } {
  return { name: 'keys', encoder: { encode: encodeKeyValue, decode }, keyEncoder: writeOnlyKeys };
}

/** The tables of one environment. Every key and value is bytes of ours. */
export interface Environment {
  readonly root: RootDatabase<Buffer, Buffer>;
  /** key → etcd.KeyValue */
  readonly keys: Database<KeyValue, Buffer>;
  /** The same table, whose values are added to `gathered` when they are read: each is where it stands there. */
  readonly records: Database<number, Buffer>;
  readonly gathered: GatheredRecords;
  /** revision, 8 bytes big-endian → etcd.WatchResponse with the events of the transaction */
  readonly log: Bytes;
  /** lease id, 8 bytes big-endian → lease record */
  readonly leases: Bytes;
  /** lease id, 8 bytes big-endian, then key → nothing */
  readonly leaseKeys: Bytes;
  /** `revision`, `compacted`, `layout` */
  readonly facts: Bytes;
}

/** Version of the tables above. */
const layoutVersion = 1n;

/** Address space, not memory or disk: how far the data may grow. */
const mapBytes = 64 * 1024 ** 3;

export function openEnvironment(directory: string): Environment {
  try {
    mkdirSync(directory, { recursive: true });
    const bytes = { encoding: 'binary', keyEncoding: 'binary' } as const;
    const root = open<Buffer, Buffer>({
      path: directory,
      // Else a directory with a dot in its name would be taken for a file.
      noSubdir: false,
      maxDbs: 8,
      mapSize: mapBytes,
      // A write is durable when its promise resolves.
      overlappingSync: false,
      // Else each failed commit also rejects a promise that lmdb gives to nobody, which ends the process. Writes of one turn share a
      // transaction all the same: `LmdbMetaStore` gathers them.
      eventTurnBatching: false,
      ...bytes,
    });
    const table = (name: string) => root.openDB<Buffer, Buffer>({ name, ...bytes });
    const gathered = new GatheredRecords();
    const environment = {
      root,
      keys: root.openDB<KeyValue, Buffer>(
        keysOptions((bytes) => decodeKeyValue(bytes, 0, bytes.length, copyOf)),
      ),
      records: root.openDB<number, Buffer>(keysOptions((bytes) => gathered.add(bytes))),
      gathered,
      log: table('log'),
      leases: table('leases'),
      leaseKeys: table('lease-keys'),
      facts: table('facts'),
    };
    // What killed readers left behind would keep old pages from being used again.
    root.readerCheck();
    checkLayout(environment, directory);
    return environment;
  } catch (error) {
    if (
      error instanceof Error &&
      /MDB_(CORRUPTED|INVALID|VERSION_MISMATCH|PAGE_NOTFOUND)/.test(error.message)
    ) {
      throw new Corrupt(`${directory} holds no readable metadata: restore it from a copy`, { cause: error });
    }
    throw error;
  }
}

function checkLayout(environment: Environment, directory: string): void {
  environment.root.transactionSync(() => {
    const layout = readFact(environment, 'layout');
    if (layout > layoutVersion) {
      throw new Invalid(
        `${directory} was written by a newer Millrace (metadata layout ${layout}, this one reads ${layoutVersion}): use that one, or another directory`,
      );
    }
    if (layout === 0n) {
      writeFact(environment, 'layout', layoutVersion);
      writeFact(environment, 'revision', 1n);
      writeFact(environment, 'compacted', 1n);
    }
  });
}

export type Fact = 'revision' | 'compacted' | 'layout' | 'leases';

const factKeys: { readonly [Name in Fact]: Buffer } = {
  revision: Buffer.from('revision'),
  compacted: Buffer.from('compacted'),
  layout: Buffer.from('layout'),
  leases: Buffer.from('leases'),
};

/** 0 for a fact that was never written. */
export function readFact(environment: Environment, fact: Fact): bigint {
  return environment.facts.getBinary(factKeys[fact])?.readBigUInt64BE() ?? 0n;
}

/** Inside a transaction. */
export function writeFact(environment: Environment, fact: Fact, value: bigint): void {
  environment.facts.putSync(factKeys[fact], bigEndian(value));
}

/** Keys that sort as their numbers do. */
export function bigEndian(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
