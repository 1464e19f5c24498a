import { Fenced, type Random, randomInt } from '@millrace/core';
import type { MetaStore } from '@millrace/metastore';

const nanosecondsPerMs = 1_000_000;

/**
 * The millisecond up to which an allocator may hand out numbers, saved before they are: a successor begins behind it. Stored as Milvus
 * stores it: 8 bytes, big-endian, unix nanoseconds. Source: spec datanode-and-formats §9.1.
 *
 * Each write compares the value it replaces. So an allocator that was paused while another took over can never raise its horizon again,
 * and throws Fenced. The nanoseconds below a millisecond are random: they tell our own write, whose answer was lost, from another's.
 */
export class SavedHorizon {
  private readonly store: MetaStore;
  private readonly key: string;
  private readonly tag: number;
  private saved: Uint8Array | undefined;
  private horizonMs = 0;
  private raising: Promise<void> | undefined;

  constructor(store: MetaStore, key: string, random: Random) {
    this.store = store;
    this.key = key;
    this.tag = randomInt(random, nanosecondsPerMs);
  }

  /** Numbers of milliseconds below this one may be handed out. */
  get ms(): number {
    return this.horizonMs;
  }

  /** The first millisecond that no predecessor can have used. */
  async open(): Promise<number> {
    const found = await this.store.get(this.key);
    this.saved = found?.value;
    return found === undefined ? 0 : decodeHorizon(found.value) + 1;
  }

  /** Durable when it resolves. Calls that come meanwhile share one write. Fenced when another allocator took over. */
  async raise(ms: number): Promise<void> {
    while (this.horizonMs < ms) {
      this.raising ??= this.save(ms).finally(() => {
        this.raising = undefined;
      });
      await this.raising;
    }
  }

  private async save(ms: number): Promise<void> {
    const value = encodeHorizon(ms, this.tag);
    const replaced = this.saved;
    const { succeeded } = await this.store.transact({
      compares: [
        replaced === undefined ? { key: this.key, version: 0n } : { key: this.key, value: replaced },
      ],
      writes: [{ put: this.key, value }],
    });
    if (!succeeded) return this.adoptOwnWrite();
    this.saved = value;
    this.horizonMs = ms;
  }

  /** A write whose answer was lost may have happened all the same: then the stored value carries our tag, and stands. */
  private async adoptOwnWrite(): Promise<void> {
    const found = await this.store.get(this.key);
    if (found === undefined || tagOf(found.value) !== this.tag)
      throw new Fenced(`another RootCoord raised ${this.key}: stop this one, its numbers may be taken`);
    this.saved = found.value;
    this.horizonMs = decodeHorizon(found.value);
  }
}

/** 8 bytes big-endian: unix nanoseconds. */
export function encodeHorizon(ms: number, belowMs = 0): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(ms) * BigInt(nanosecondsPerMs) + BigInt(belowMs));
  return bytes;
}

/** The whole milliseconds of a saved horizon. */
export function decodeHorizon(bytes: Uint8Array): number {
  return Number(nanoseconds(bytes) / BigInt(nanosecondsPerMs));
}

function tagOf(bytes: Uint8Array): number {
  return Number(nanoseconds(bytes) % BigInt(nanosecondsPerMs));
}

function nanoseconds(bytes: Uint8Array): bigint {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readBigUInt64BE();
}
