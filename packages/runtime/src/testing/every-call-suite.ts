import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { status as grpcStatus } from '@grpc/grpc-js';
import { common } from '@millrace/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyMethod, ServiceDefinition } from '../rpc/method.ts';
import { numbersEverywhere, textsEverywhere } from './any-request.ts';
import { type RawCallOptions, RawClient } from './raw-client.ts';
import { SlowClient } from './slow-client.ts';

/** A server of the service, healthy, that nobody else asks. */
export interface ServedCalls {
  readonly address: string;
  /** Whether it still answers an ordinary call. */
  isAlive(): Promise<boolean>;
  close(): Promise<void>;
}

/** Callers at once. */
const floodCalls = 10_000;
/** The last of them waits for all others. */
const floodMsMax = 60_000;
/** What the flood may leave behind: less than half a kilobyte per call is noise. */
const leftBytesMax = 4 * 1024 * 1024;
/** What a server needs to end when no call is under way. */
const endMsMax = 2_000;

/** Cut short, longer than they are, of a type that there is not. */
const malformed = ['ff', '0a', '0aff', '12ffffffff0f', '0b', '07'];
/** Decoders differ in whether a field 0 and a number of eleven bytes are malformed. */
const doubtful = ['00', '08ffffffffffffffffffff01'];
const hugeNumbers = [-1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 32n, 4_242_424_242n];

/** What holds for every call of a service, whatever it is for: a table over its methods. */
export function describeEveryCall(
  title: string,
  service: ServiceDefinition,
  open: () => Promise<ServedCalls>,
): void {
  const methods = Object.entries(service);

  describe(`every call of ${title}`, () => {
    let server: ServedCalls;
    let client: RawClient;
    beforeAll(async () => {
      server = await open();
      client = new RawClient(server.address);
    });
    afterAll(async () => {
      client.close();
      await server.close();
    });
    const send = async (method: AnyMethod, bytes: Buffer, options?: RawCallOptions) =>
      outcomeOf(method, await client.send(method.path, bytes, options));
    const alive = async () => expect(await server.isAlive()).toBe(true);

    it.each(methods)('%s answers an empty request with a status', async (_name, method) => {
      expect(await send(method, Buffer.alloc(0))).toHaveProperty('status');
    });

    it.each(methods)('%s refuses malformed bytes, and lives', async (_name, method) => {
      for (const hex of malformed) {
        const outcome = await send(method, Buffer.from(hex, 'hex'));
        expect(outcome, hex).toMatchObject({
          code: grpcStatus.INTERNAL,
          details: expect.stringMatching(/\w/),
        });
      }
      for (const hex of doubtful) await send(method, Buffer.from(hex, 'hex'));
      await alive();
    });

    it.each(methods)('%s takes enum values that nobody has, in every field', async (_name, method) => {
      for (const number of [99n, 2n ** 31n - 1n])
        expect(says(await send(method, numbersEverywhere(number)))).toBe(true);
      await alive();
    });

    it.each(methods)('%s takes negative and huge numbers, in every field', async (_name, method) => {
      for (const number of hugeNumbers)
        expect(says(await send(method, numbersEverywhere(number))), String(number)).toBe(true);
      await alive();
    });

    it.each(methods)('%s takes texts that are no names, in every field', async (_name, method) => {
      for (const text of ['', '/', '../..', 'a\0b', '😀'.repeat(100)])
        expect(says(await send(method, textsEverywhere(method, text))), text).toBe(true);
      await alive();
    });

    it.each(methods)('%s says the same when it is asked the same twice', async (_name, method) => {
      const request = numbersEverywhere(4_242_424_242n);
      const first = await send(method, request);
      expect(await send(method, request)).toEqual(first);
    });

    it.each(methods)('%s outlives callers that hang up', async (_name, method) => {
      await Promise.all(
        Array.from({ length: 100 }, async (_, at) => {
          const abort = new AbortController();
          const call = client.send(method.path, Buffer.alloc(0), { signal: abort.signal });
          if (at % 2 === 0) await Promise.resolve();
          abort.abort();
          await call;
        }),
      );
      await alive();
    });

    it.each(methods)(
      '%s waits for callers that are slow, and not for those that leave',
      async (_name, method) => {
        const slow = new SlowClient(server.address);
        const leaving = Array.from({ length: 20 }, () => slow.begin(method.path));
        const late = slow.begin(method.path);
        await alive();
        for (const call of leaving) call.leave();
        expect(method.responseDeserialize(await late.finish())).toBeDefined();
        slow.close();
        await alive();
      },
    );

    it.each(methods)('%s answers a thousand callers at once', async (_name, method) => {
      const answers = await Promise.all(Array.from({ length: 1_000 }, () => send(method, Buffer.alloc(0))));
      expect(answers.filter((answer) => 'status' in answer)).toHaveLength(1_000);
    });

    it(`${floodCalls} callers of all of them at once are answered, and nothing is kept of them`, {
      timeout: 120_000,
    }, async () => {
      await flood(floodCalls);
      const before = await heldAtRest();
      expect(await flood(floodCalls)).toBe(floodCalls);
      expect((await heldAtRest()) - before).toBeLessThan(leftBytesMax);
    });

    it('leaves nothing under way: the server ends at once', async () => {
      client.close();
      const startedMs = performance.now();
      await server.close();
      expect(performance.now() - startedMs).toBeLessThan(endMsMax);
    });

    /** Callers at once, the methods in turn. Returns how many were answered with a status. */
    async function flood(callers: number): Promise<number> {
      const answers = await Promise.all(
        Array.from({ length: callers }, async (_, at) => {
          const [, method] = methods[at % methods.length] ?? [];
          if (method === undefined) return false;
          return 'status' in (await send(method, Buffer.alloc(0), { deadlineMs: floodMsMax }));
        }),
      );
      return answers.filter((answered) => answered).length;
    }
  });
}

type Outcome = { readonly status: common.Status } | { readonly code: number; readonly details: string };

function outcomeOf(method: AnyMethod, answer: Awaited<ReturnType<RawClient['send']>>): Outcome {
  if ('code' in answer) return { code: answer.code, details: answer.details };
  const message = method.responseDeserialize(answer.bytes);
  const status: unknown =
    typeof message === 'object' && message !== null && 'status' in message ? message.status : message;
  // An answer carries a Status, or is one; one without stands for success.
  return { status: common.Status.fromPartial((status ?? {}) as Partial<common.Status>) };
}

/** A status, and for a refusal what is wrong. */
function says(outcome: Outcome): boolean {
  if (!('status' in outcome)) return false;
  return outcome.status.errorCode === common.ErrorCode.Success || outcome.status.reason !== '';
}

/** Bytes this process holds when all that nobody needs is gone: connections let go of their buffers a little later. */
async function heldAtRest(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 5; look++) {
    await sleep(100);
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
}
