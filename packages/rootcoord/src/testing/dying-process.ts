import { Unavailable } from '@millrace/core';
import type { MemoryMetaStore, MetaStore, Transaction } from '@millrace/metastore';
import { common } from '@millrace/proto';
import type { MessageStream } from '@millrace/stream';

/** Where a process dies: at its `step`-th DDL effect, before it happens or behind it, unheard. */
export interface KillPoint {
  readonly step: number;
  readonly moment: 'before' | 'after';
}

/** Store and stream of a process that is cut off from both at its kill point. Time ticks and reserved numbers are no steps. */
export class DyingProcess {
  private readonly point: KillPoint;
  private steps = 0;
  private dead = false;

  constructor(point: KillPoint) {
    this.point = point;
  }

  get isDead(): boolean {
    return this.dead;
  }

  store(real: MemoryMetaStore): MetaStore {
    return {
      pageKeys: real.pageKeys,
      pageKeysMax: real.pageKeysMax,
      get: (key) => this.effect(false, () => real.get(key)),
      range: (options) => this.effect(false, () => real.range(options)),
      transact: (transaction) => this.effect(isCatalogWrite(transaction), () => real.transact(transaction)),
      watch: (prefix, signal) => real.watch(prefix, signal),
      // The session ends when the test stops what is left of the process.
      grantLease: (ttlMs) => real.grantLease(ttlMs),
      close: () => real.close(),
    };
  }

  stream(real: MessageStream): MessageStream {
    return {
      messageBytesMax: real.messageBytesMax,
      publish: (channel, payloads) =>
        this.effect(payloads.some(isDdl), () => real.publish(channel, payloads)),
      read: (channel, from, signal, options) => real.read(channel, from, signal, options),
      latest: (channel) => real.latest(channel),
      compare: (a, b) => real.compare(a, b),
      trim: (channel, before) => real.trim(channel, before),
      close: () => real.close(),
    };
  }

  private async effect<T>(counts: boolean, happen: () => Promise<T>): Promise<T> {
    if (this.dead) throw new Unavailable('the process is dead');
    const dies = counts && ++this.steps === this.point.step;
    if (!dies) return happen();
    this.dead = true;
    if (this.point.moment === 'after') await happen();
    throw new Unavailable('the process died');
  }
}

function isCatalogWrite({ writes }: Transaction): boolean {
  return writes.some((write) => ('put' in write ? write.put.includes('/root-coord/') : true));
}

function isDdl(payload: Uint8Array): boolean {
  return common.MsgHeader.decode(payload).base?.msgType !== common.MsgType.TimeTick;
}
