import { type Clock, silentLogger } from '@millrace/core';
import { common } from '@millrace/proto';
import { MemoryStream } from '@millrace/stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withDdlTimestamp } from '../ddl/ddl-world.ts';
import { dropCollectionMessage, timeTickMessage } from '../ddl/messages.ts';
import { TickLedger } from './tick-ledger.ts';
import { TickLoop } from './tick-loop.ts';

const channels = ['a', 'b'];
const stillClock: Clock = { now: () => 0, monotonic: () => 0, sleep: async () => false };

/** A cluster whose every effect waits for the scheduler of fast-check: any order of them can happen. */
class World {
  readonly ledger = new TickLedger();
  readonly log: { channel: string; timestamp: bigint; isTick: boolean }[] = [];
  private readonly s: fc.Scheduler;
  private readonly proxies = new Set<bigint>();
  private last = 0n;

  constructor(s: fc.Scheduler) {
    this.s = s;
  }

  pause(what: string): Promise<void> {
    return this.s.schedule(Promise.resolve(), what);
  }

  /** The number is taken at some moment between the call and its answer. */
  readonly alloc = async (): Promise<bigint> => {
    await this.pause('alloc sent');
    const timestamp = ++this.last;
    await this.pause('alloc answered');
    return timestamp;
  };

  async append(channel: string, timestamp: bigint, isTick: boolean): Promise<void> {
    await this.pause('publish sent');
    this.log.push({ channel, timestamp, isTick });
    await this.pause('publish answered');
  }

  async ticks(rounds: number): Promise<void> {
    const stream = new MemoryStream();
    stream.publish = async (channel, [payload = new Uint8Array()]) => {
      await this.append(channel, common.MsgHeader.decode(payload).base?.timestamp ?? 0n, true);
      return [];
    };
    const loop = new TickLoop(
      {
        clock: stillClock,
        log: silentLogger,
        stream,
        ledger: this.ledger,
        allocTimestamp: this.alloc,
        listProxies: async () => {
          await this.pause('list sent');
          const listed = new Set(this.proxies);
          await this.pause('list answered');
          return listed;
        },
        channels: () => channels,
        serverID: 1n,
      },
      200,
    );
    for (let i = 0; i < rounds; i++) await loop.round();
  }

  /** Registers, inserts and reports, then ends its session. Promises only what it has published, as Milvus' proxy does. */
  async proxy(id: bigint, inserts: number): Promise<void> {
    await this.pause('proxy starts');
    this.proxies.add(id);
    const inFlight = new Map<string, bigint>();
    let unstamped = 0;
    const report = async () => {
      const defaultTimestamp = await this.alloc();
      if (unstamped > 0) return;
      const promised = new Map([...inFlight].map(([channel, timestamp]) => [channel, timestamp - 1n]));
      await this.pause('report sent');
      this.ledger.report(id, { channels: promised, defaultTimestamp });
    };
    const insert = async (channel: string) => {
      unstamped++;
      const timestamp = await this.alloc();
      inFlight.set(channel, timestamp);
      unstamped--;
      await this.append(channel, timestamp, false);
      inFlight.delete(channel);
    };
    for (let i = 0; i < inserts; i++) {
      await Promise.all([report(), insert(channels[i % 2] ?? 'a')]);
      await report();
    }
    this.proxies.delete(id);
  }

  async ddl(): Promise<void> {
    await this.pause('ddl starts');
    await withDdlTimestamp({ ledger: this.ledger, allocTimestamp: this.alloc }, async (timestamp) => {
      await Promise.all(channels.map((channel) => this.append(channel, timestamp, false)));
    });
  }
}

describe('a time tick', () => {
  it('promises that no message with its timestamp or an earlier one follows it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
        fc.integer({ min: 0, max: 3 }),
        async (s, proxies, ddls) => {
          const world = new World(s);
          const all = Promise.all([
            world.ticks(6),
            ...proxies.map((inserts, at) => world.proxy(BigInt(10 + at), inserts)),
            ...Array.from({ length: ddls }, () => world.ddl()),
          ]);
          await s.waitFor(all);
          const promised = new Map<string, bigint>();
          for (const { channel, timestamp, isTick } of world.log) {
            const floor = promised.get(channel) ?? 0n;
            expect(timestamp > floor).toBe(true);
            if (isTick) promised.set(channel, timestamp);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the rounds of ticks', () => {
  /** What the loop sleeps, until it has slept `count` times. */
  async function slept(
    count: number,
    proxies: readonly bigint[],
    publish = async () => {},
  ): Promise<number[]> {
    const stop = new AbortController();
    const pauses: number[] = [];
    const clock: Clock = {
      ...stillClock,
      sleep: async (ms) => {
        pauses.push(ms);
        if (pauses.length === count) stop.abort();
        return !stop.signal.aborted;
      },
    };
    const stream = new MemoryStream();
    stream.publish = async () => {
      await publish();
      return [];
    };
    let now = 100n;
    const ledger: TickLedger = new TickLedger(() => loop.wake());
    const parts = { clock, log: silentLogger, stream, ledger, channels: () => channels, serverID: 1n };
    const loop = new TickLoop(
      { ...parts, allocTimestamp: async () => ++now, listProxies: async () => new Set(proxies) },
      200,
    );
    for (const proxy of proxies) ledger.report(proxy, { channels: new Map(), defaultTimestamp: 50n });
    await loop.run(stop.signal);
    return pauses;
  }

  it('follow each report, and seldom what else may have happened', async () => {
    // The second round comes upon the report, which the first one has seen already.
    expect(await slept(6, [7n])).toEqual([200, 200, 200, 2800, 200, 2800]);
  });

  it('keep their interval while there is no proxy that would report', async () => {
    expect(await slept(4, [])).toEqual([200, 200, 200, 200]);
  });

  it('keep their interval until what is allowed has been published', async () => {
    const publish = () => Promise.reject(new Error('disk full'));
    expect(await slept(4, [7n], publish)).toEqual([200, 200, 200, 200]);
  });
});

describe('the ledger', () => {
  const nobody = new Set<bigint>();
  const next = (ledger: TickLedger, proxies: Iterable<bigint>, fresh = 100n) =>
    Object.fromEntries(ledger.next(channels, new Set(proxies), fresh));

  it('answers the fresh timestamp while no proxy is registered', () => {
    expect(next(new TickLedger(), nobody)).toEqual({ a: 100n, b: 100n });
  });

  it('waits for a proxy that has not reported, and takes the minimum of those that have', () => {
    const ledger = new TickLedger();
    ledger.report(1n, { channels: new Map([['a', 40n]]), defaultTimestamp: 50n });
    expect(next(ledger, [1n, 2n])).toEqual({});
    expect(ledger.silent(new Set([1n, 2n]))).toEqual([2n]);
    ledger.report(2n, { channels: new Map([['b', 45n]]), defaultTimestamp: 60n });
    expect(next(ledger, [1n, 2n])).toEqual({ a: 40n, b: 45n });
    expect(next(ledger, [2n])).toEqual({ a: 60n, b: 45n });
  });

  it('ignores a report that is older than the last, and forgets a proxy that left', () => {
    const ledger = new TickLedger();
    ledger.report(1n, { channels: new Map(), defaultTimestamp: 50n });
    ledger.report(1n, { channels: new Map(), defaultTimestamp: 30n });
    expect(next(ledger, [1n])).toEqual({ a: 50n, b: 50n });
    ledger.keepOnly(nobody);
    expect(next(ledger, [1n])).toEqual({});
  });

  it('stays below a DDL timestamp until its message is out, and still before it has one', () => {
    const ledger = new TickLedger();
    const hold = ledger.hold();
    expect(next(ledger, nobody)).toEqual({});
    hold.stamp(70n);
    expect(next(ledger, nobody)).toEqual({ a: 69n, b: 69n });
    hold.release();
    expect(next(ledger, nobody)).toEqual({ a: 100n, b: 100n });
  });

  it('tells when more may have become possible', () => {
    let told = 0;
    const ledger = new TickLedger(() => told++);
    ledger.report(1n, { channels: new Map(), defaultTimestamp: 50n });
    expect(told).toBe(1);
    ledger.report(1n, { channels: new Map(), defaultTimestamp: 40n });
    expect(told).toBe(1);
    ledger.hold().release();
    expect(told).toBe(2);
  });

  it('never goes back', () => {
    const ledger = new TickLedger();
    ledger.notePublished('a', 80n);
    ledger.report(1n, { channels: new Map(), defaultTimestamp: 70n });
    expect(next(ledger, [1n])).toEqual({ b: 70n });
  });
});

describe('the messages', () => {
  it('of a drop name what is dropped, and who says so', () => {
    const collection = { id: 5n, name: 'books' } as const;
    const bytes = dropCollectionMessage(
      {
        ...collection,
        description: '',
        autoID: false,
        fields: [],
        createTime: 1n,
        shardsNum: 1,
        vchannels: [],
        pchannels: [],
        startPositions: [],
        consistencyLevel: common.ConsistencyLevel.Strong,
        properties: [],
        state: 'dropping',
        partitions: [],
      },
      9n,
      1n,
    );
    expect(common.MsgHeader.decode(bytes).base).toMatchObject({ msgType: 101, timestamp: 9n, sourceID: 1n });
    expect(common.MsgHeader.decode(timeTickMessage(9n, 1n)).base).toMatchObject({ msgType: 1200 });
  });
});
