import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { Corrupt, silentLogger } from '@millrace/core';
import { realClock } from '@millrace/runtime';
import { engineAddress } from '@millrace/runtime/testing';
import { Admin } from '@platformatic/kafka';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KafkaStream } from '../kafka.ts';

const address = engineAddress('kafka');
const answers = 'tracing:plt:kafka:connections:api:asyncStart';
/** Kafka's numbers of the requests. */
const produce = 0;
const fetch = 1;

describe.skipIf(address === undefined)('KafkaStream with many topics', () => {
  let stream: KafkaStream;
  let channels: readonly string[];
  let stop: AbortController;
  let requests: number[];
  let count = 0;
  const sockets = new Set<Socket>();
  const answered = (event: unknown) => requests.push(apiKeyOf(event));
  const opened = (event: unknown) => {
    const socket =
      typeof event === 'object' && event !== null && 'socket' in event ? event.socket : undefined;
    if (socket instanceof Socket) sockets.add(socket.once('close', () => sockets.delete(socket)));
  };

  beforeEach(() => {
    stream = new KafkaStream({ clock: realClock, log: silentLogger }, { brokers: [address ?? ''] });
    channels = Array.from({ length: 8 }, (_, index) => `by-dev-many_${process.pid}_${count}_${index}`);
    count++;
    stop = new AbortController();
    requests = [];
    subscribe(answers, answered);
    subscribe('net.client.socket', opened);
  });
  afterEach(async () => {
    stop.abort();
    await stream.close();
    unsubscribe(answers, answered);
    unsubscribe('net.client.socket', opened);
  });

  const publish = (channel: string, text: string, durable = true) =>
    stream.publish(channel, [Buffer.from(text)], { durable });
  const publishToAll = (text: string, durable = true) =>
    Promise.all(channels.map((channel) => publish(channel, text, durable)));
  const follow = (channel: string) => new Follower(stream, channel, stop.signal);
  /** Readers of all topics that have come to their end and share a fetch. */
  const together = async (followers = channels.map(follow)) => {
    for (let round = 0; round < 20; round++) {
      const before = fetches();
      await publishToAll(`warm ${round}`);
      for (const follower of followers) await follower.reads(`warm ${round}`);
      // Only for what no longer comes together.
      await realClock.sleep(50);
      if (round > 2 && fetches() - before <= 3) return followers;
    }
    throw new Error('the readers do not come together');
  };
  const fetches = () => requests.filter((key) => key === fetch).length;
  const publications = () => requests.filter((key) => key === produce).length;

  it('asks for all whose readers are at their end in one request', async () => {
    const followers = await together();
    const before = fetches();
    for (let round = 0; round < 10; round++) {
      await publishToAll(`tick ${round}`);
      for (const follower of followers) await follower.reads(`tick ${round}`);
      await realClock.sleep(50);
    }
    expect(fetches() - before).toBeLessThanOrEqual(30);
  });

  it('holds nobody up for a reader that is slow, and the slow one loses nothing', async () => {
    const [slow, ...others] = await together();
    const pause = Promise.withResolvers<void>();
    if (slow !== undefined) slow.busy = pause.promise;
    for (let round = 0; round < 30; round++) {
      await publishToAll(`tick ${round}`);
      const since = performance.now();
      for (const follower of others) await follower.reads(`tick ${round}`);
      expect(performance.now() - since).toBeLessThan(1000);
    }
    expect(slow?.texts).not.toContain('tick 5');
    pause.resolve();
    await slow?.reads('tick 29');
    expect(slow?.texts.slice(-30)).toEqual(Array.from({ length: 30 }, (_, round) => `tick ${round}`));
  });

  it('reads a topic that comes later as fast as one that was there, while the others are silent', async () => {
    await together();
    const later = `${channels[0]}later`;
    const follower = follow(later);
    for (let round = 0; round < 5; round++) {
      await publish(later, `news ${round}`);
      const since = performance.now();
      await follower.reads(`news ${round}`);
      if (round > 0) expect(performance.now() - since).toBeLessThan(500);
    }
  });

  it('gives each of two readers of a topic every message once', async () => {
    const followers = [...(await together()), follow(channels[0] ?? '')];
    for (let round = 0; round < 10; round++) {
      await publishToAll(`tick ${round}`);
      for (const follower of followers) await follower.reads(`tick ${round}`);
    }
    const [first, second] = [followers[0], followers.at(-1)];
    expect(second?.texts).toEqual(first?.texts);
    expect(new Set(first?.texts).size).toBe(first?.texts.length);
  });

  it('gives a message larger than a round, and everything behind it', async () => {
    const followers = await together();
    const large = 'x'.repeat(3_000_000);
    await Promise.all(channels.slice(0, 3).map((channel) => publish(channel, large)));
    await publishToAll('behind');
    for (const [index, follower] of followers.entries()) {
      await follower.reads('behind');
      expect(follower.texts.includes(large)).toBe(index < 3);
    }
  });

  it('fails only the reader of a topic that is removed', async () => {
    const [victim, ...others] = await together();
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [address ?? ''] });
    await admin.deleteTopics({ topics: [channels[0] ?? ''] });
    await admin.close();
    for (let round = 0; round < 5; round++) {
      await Promise.all(channels.slice(1).map((channel) => publish(channel, `tick ${round}`)));
      for (const follower of others) await follower.reads(`tick ${round}`);
    }
    await expect(victim?.ended).rejects.toBeInstanceOf(Corrupt);
  });

  it('loses and repeats nothing when connections break, and comes together again', async () => {
    const followers = await together();
    const expected: string[] = [];
    for (let round = 0; round < 40; round++) {
      expected.push(`tick ${round}`);
      if (round % 10 === 5) for (const socket of sockets) socket.destroy(new Error('reset'));
      await publishToAll(`tick ${round}`);
    }
    for (const follower of followers) {
      await follower.reads('tick 39');
      expect(follower.texts.slice(-40)).toEqual(expected);
    }
    await together(followers);
  });

  it('publishes what need not be durable to all topics in one request', async () => {
    await publishToAll('first', false);
    const before = publications();
    await publishToAll('second', false);
    expect(publications() - before).toBe(1);
  });

  it('keeps the order of a topic between what must be durable and what need not', async () => {
    const texts = Array.from({ length: 60 }, (_, index) => `message ${index}`);
    const ids = await Promise.all(
      texts.map((text, index) => publish(channels[0] ?? '', text, index % 3 !== 0)),
    );
    const follower = follow(channels[0] ?? '');
    await follower.reads('message 59');
    expect(follower.texts).toEqual(texts);
    expect(follower.ids).toEqual(ids.flat());
  });

  it('loses nothing that need not be durable when connections break, and puts nothing in front of its turn', async () => {
    const followers = channels.map(follow);
    const expected: string[] = [];
    for (let round = 0; round < 60; round++) {
      expected.push(`tick ${round}`);
      if (round % 10 === 5) setTimeout(() => sockets.forEach((socket) => void socket.destroy()), round / 2);
      await publishToAll(`tick ${round}`, round % 4 === 0);
    }
    for (const follower of followers) {
      await follower.reads('tick 59');
      expect([...new Set(follower.texts)]).toEqual(expected);
    }
  });
});

/** A reader that keeps what it got. */
class Follower {
  readonly texts: string[] = [];
  readonly ids: Uint8Array[] = [];
  readonly ended: Promise<void>;
  /** It comes back for the next batch when this is over. */
  busy: Promise<void> = Promise.resolve();

  constructor(stream: KafkaStream, channel: string, signal: AbortSignal) {
    this.ended = this.run(stream, channel, signal);
    this.ended.catch(() => undefined);
  }

  reads(text: string): Promise<void> {
    return expect.poll(() => this.texts.includes(text), { timeout: 10_000, interval: 2 }).toBe(true);
  }

  private async run(stream: KafkaStream, channel: string, signal: AbortSignal): Promise<void> {
    for await (const batch of stream.read(channel, 'earliest', signal)) {
      for (const { id, payload } of batch) {
        this.texts.push(Buffer.from(payload).toString());
        this.ids.push(Uint8Array.from(id));
      }
      await this.busy;
    }
  }
}

function apiKeyOf(event: unknown): number {
  const key = typeof event === 'object' && event !== null && 'apiKey' in event ? event.apiKey : undefined;
  return typeof key === 'number' ? key : -1;
}
