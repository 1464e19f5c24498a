import { Invalid } from '@millrace/core';
import { transactionBytes } from './check-request.ts';
import { type MetaStore, scan, transactionBytesMax, transactionOpsMax, type WriteOp } from './meta-store.ts';

/**
 * What a store holds below a prefix, at one revision, as lines of JSON `{"key":"…","value":"<base64>"}` in the order of their keys. Keys
 * under a lease are left out: they speak of processes that live now.
 */
export async function* dump(store: MetaStore, prefix: string): AsyncGenerator<string, undefined> {
  for await (const { kvs } of scan(store, { prefix })) {
    for (const { key, value, lease } of kvs) {
      if (lease === 0n) yield JSON.stringify({ key, value: Buffer.from(value).toString('base64') });
    }
  }
  return undefined;
}

/**
 * Puts what `dump` gave, and returns how many keys that were. Keys of the store that the lines do not name stay as they are. Takes more than
 * one transaction: repeat it after an error. Throws Invalid for a line that is none of a dump, Unavailable as the store does.
 */
export async function load(
  store: MetaStore,
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<number> {
  let batch = new Map<string, WriteOp>();
  let bytes = 0;
  let number = 0;
  const flush = async () => {
    if (batch.size > 0) await store.transact({ writes: [...batch.values()] });
    batch = new Map();
    bytes = 0;
  };
  for await (const line of lines) {
    const write = parseLine(line, ++number);
    const size = transactionBytes({ writes: [write] });
    if (batch.size === transactionOpsMax || bytes + size > transactionBytesMax || batch.has(write.put))
      await flush();
    batch.set(write.put, write);
    bytes += size;
  }
  await flush();
  return number;
}

function parseLine(line: string, number: number): { readonly put: string; readonly value: Uint8Array } {
  const { key, value } = parseObject(line, number);
  if (typeof key !== 'string' || typeof value !== 'string')
    throw new Invalid(`line ${number} of the dump has no key or no value: dump again`);
  const bytes = Buffer.from(value, 'base64');
  if (bytes.toString('base64') !== value)
    throw new Invalid(`line ${number} of the dump: the value of ${key} is not base64: dump again`);
  return { put: key, value: bytes };
}

function parseObject(line: string, number: number): { readonly key?: unknown; readonly value?: unknown } {
  try {
    const json: unknown = JSON.parse(line);
    if (typeof json === 'object' && json !== null) return json;
  } catch (cause) {
    throw new Invalid(`line ${number} of the dump is not JSON: dump again`, { cause });
  }
  throw new Invalid(`line ${number} of the dump is not a JSON object: dump again`);
}
