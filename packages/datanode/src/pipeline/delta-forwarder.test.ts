import { defaultChannelNames, seededRandom, Unavailable } from '@millrace/core';
import { realClock } from '@millrace/runtime';
import { decodeMessage, encodeDelete, MemoryStream } from '@millrace/stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeltaForwarder } from './delta-forwarder.ts';

const names = [0, 1, 2].map((shard) => `by-dev-rootcoord-dml_3_${shard}v0`);
const signal = new AbortController().signal;
const aDelete = (timestamp: bigint) => encodeDelete({ timestamp, sourceID: 1n }, { timestamps: [timestamp] });

function aForwarder(stream: Pick<MemoryStream, 'publish'>) {
  return new DeltaForwarder({
    stream: Object.assign(Object.create(MemoryStream.prototype), stream),
    clock: { ...realClock, sleep: async () => true },
    random: seededRandom(1),
    nodeID: 5n,
    channelNames: defaultChannelNames,
  });
}

function recorded() {
  const messages: string[] = [];
  const publish = async (channel: string, payloads: readonly Uint8Array[]) => {
    expect(channel).toBe('by-dev-rootcoord-delta_3');
    for (const payload of payloads) {
      const { kind, endTs } = decodeMessage(payload);
      messages.push(`${kind}@${endTs}`);
    }
    return [];
  };
  return { messages, publish };
}

describe('delta channel', () => {
  it('carries each delete before the tick that covers it, ticks in ascending order, for any interleaving of its channels', async () => {
    const step = fc.record({
      lane: fc.nat(2),
      advance: fc.integer({ min: 1, max: 5 }),
      deletes: fc.boolean(),
      awaited: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { messages, publish } = recorded();
        const forwarder = aForwarder({ publish });
        for (const name of names) forwarder.join(name);
        const ticks = [0n, 0n, 0n];
        const pending: Promise<void>[] = [];
        for (const { lane, advance, deletes, awaited } of steps) {
          const tick = (ticks[lane] ?? 0n) + BigInt(advance);
          ticks[lane] = tick;
          pending.push(forwarder.forward(names[lane] ?? '', deletes ? [aDelete(tick)] : [], tick, signal));
          if (awaited) await Promise.all(pending);
        }
        await Promise.all(pending);
        let published = 0n;
        for (const message of messages) {
          const [kind = '', at = ''] = message.split('@');
          expect(BigInt(at)).toBeGreaterThan(published);
          if (kind === 'timetick') published = BigInt(at);
        }
        expect(published).toBe(ticks.reduce((least, tick) => (tick < least ? tick : least)));
        expect(messages.filter((message) => message.startsWith('delete'))).toHaveLength(
          steps.filter(({ deletes }) => deletes).length,
        );
      }),
    );
  });

  it('waits for no channel that has left', async () => {
    const { messages, publish } = recorded();
    const forwarder = aForwarder({ publish });
    for (const name of names.slice(0, 2)) forwarder.join(name);
    await forwarder.forward(names[0] ?? '', [], 10n, signal);
    forwarder.leave(names[1] ?? '');
    await forwarder.forward(names[0] ?? '', [], 20n, signal);
    expect(messages).toEqual(['timetick@20']);
  });

  it('tries five times, then fails', async () => {
    let tries = 0;
    const publish = async () => {
      tries++;
      throw new Unavailable('no log');
    };
    const forwarder = aForwarder({ publish });
    forwarder.join(names[0] ?? '');
    await expect(forwarder.forward(names[0] ?? '', [], 1n, signal)).rejects.toThrow('no log');
    expect(tries).toBe(5);
  });
});
