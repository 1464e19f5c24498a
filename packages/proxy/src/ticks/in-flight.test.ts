import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InFlightWrites, type Write } from './in-flight.ts';

describe('a tick report', () => {
  it('of a channel without writes is the fresh timestamp', () => {
    expect(new InFlightWrites().report(7n)).toEqual({ channels: new Map(), defaultTimestamp: 7n });
  });

  it('keeps the law: no write is published at or below what was promised of its channel, whatever the order of events', () => {
    const step = fc.constantFrom('begin', 'stamp', 'publish', 'report');
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.nat(3)), { maxLength: 60 }), (steps) => {
        const writes = new InFlightWrites();
        let clock = 0n;
        const promised = new Map<string, bigint>();
        let promisedDefault = 0n;
        const begun: Write[] = [];
        const stamped: { write: Write; timestamp: bigint; channel: string }[] = [];
        const channelOf = new Map<Write, string>();
        for (const [kind, pick] of steps) {
          if (kind === 'begin') {
            const channel = `c${pick}`;
            const write = writes.begin([channel]);
            channelOf.set(write, channel);
            begun.push(write);
          } else if (kind === 'stamp') {
            const write = begun.splice(pick % Math.max(1, begun.length), 1)[0];
            if (write === undefined) continue;
            const timestamp = ++clock;
            write.stamp(timestamp);
            stamped.push({ write, timestamp, channel: channelOf.get(write) ?? '' });
          } else if (kind === 'publish') {
            const done = stamped.splice(pick % Math.max(1, stamped.length), 1)[0];
            if (done === undefined) continue;
            expect(done.timestamp).toBeGreaterThan(promised.get(done.channel) ?? promisedDefault);
            done.write.end();
          } else {
            const report = writes.report(++clock);
            promisedDefault = report.defaultTimestamp;
            promised.clear();
            for (const [channel, timestamp] of report.channels) promised.set(channel, timestamp);
          }
        }
      }),
    );
  });
});
