import { Client, credentials } from '@grpc/grpc-js';
import { common, data, dataService } from '@millrace/proto';
import { stateCodes } from '@millrace/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ComponentState, guarded } from '../component-state.ts';
import { collectionID, Harness, partitionID } from '../testing/harness.ts';

interface Method {
  readonly path: string;
  readonly requestDeserialize: (bytes: Buffer) => unknown;
  readonly requestSerialize: (value: never) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
}
const methods: readonly (readonly [string, Method])[] = Object.entries(data.DataCoordService);
/** Those of the older Data Service are served beside, by its path. */
const served: readonly (readonly [string, Method])[] = [
  ...methods,
  ...Object.values(dataService.DataServiceService).map((method) => [method.path, method] as const),
];

const unguarded = [
  'getComponentStates',
  'getTimeTickChannel',
  'getStatisticsChannel',
  'getSegmentInfoChannel',
  'unsetIsImportingState',
  'markSegmentsDropped',
  'checkHealth',
];

describe('every call of DataCoord', () => {
  let cluster: Harness;
  let client: Client;
  beforeAll(async () => {
    cluster = await Harness.start();
    await cluster.join('a');
    await cluster.watch();
    client = new Client(cluster.address, credentials.createInsecure());
  });
  afterAll(async () => {
    client.close();
    await cluster.end();
  });

  /** Sends bytes as they are; resolves with the decoded answer or the gRPC code. */
  const send = (method: Method, bytes: Buffer) =>
    new Promise<unknown>((resolve) => {
      client.makeUnaryRequest(
        method.path,
        (value: Buffer) => value,
        method.responseDeserialize,
        bytes,
        (error, answer) => resolve(error === null ? answer : { code: error.code }),
      );
    });
  const alive = async () =>
    expect((await cluster.call.getComponentStates({})).state?.stateCode).toBe(stateCodes.Healthy);
  const fill = (method: Method, number: bigint) => {
    const empty = method.requestDeserialize(Buffer.alloc(0));
    const filled = Object.fromEntries(
      Object.entries(empty ?? {}).map(([name, value]) => [name, valueLike(name, value, number)]),
    );
    // A request of the method's own type with other numbers in it.
    return method.requestSerialize(filled as never);
  };

  it.each(served)('%s answers an empty request with a status', async (_name, method) => {
    const answer = await send(method, Buffer.alloc(0));
    expect(answer).not.toHaveProperty('code');
    expect(statusOf(answer)).toBeDefined();
  });

  it.each(served)('%s outlives malformed bytes', async (_name, method) => {
    for (const hex of ['ff', '0a', '0aff', '08ffffffffffffffffffff01', '12ffffffff0f', '00']) {
      await send(method, Buffer.from(hex, 'hex'));
    }
    await alive();
  });

  it.each(served)('%s outlives negative and huge numbers, and ids that nobody has', async (_name, method) => {
    for (const number of [-1n, 2n ** 63n - 1n, -(2n ** 63n), 4_242_424_242n]) {
      expect(await send(method, fill(method, number))).not.toHaveProperty('code');
    }
    await alive();
  });

  it.each(served)('%s says the same when it is asked the same twice', async (_name, method) => {
    const first = statusOf(await send(method, fill(method, 4_242_424_242n)));
    expect(statusOf(await send(method, fill(method, 4_242_424_242n)))).toEqual(first);
  });

  it.each(served)('%s answers a thousand callers at once', async (_name, method) => {
    const answers = await Promise.all(Array.from({ length: 1000 }, () => send(method, Buffer.alloc(0))));
    expect(answers.filter((answer) => statusOf(answer) !== undefined)).toHaveLength(1000);
  });

  it('outlives callers that hang up', async () => {
    const calls = Array.from({ length: 200 }, () => {
      const abort = new AbortController();
      const request = data.SegmentIDRequest.fromPartial({
        count: 1,
        channelName: 'c',
        collectionID,
        partitionID,
      });
      const call = cluster.call.assignSegmentId({ segmentIDRequests: [request] }, { signal: abort.signal });
      abort.abort();
      return call.catch(() => undefined);
    });
    await Promise.all(calls);
    await alive();
  });
});

describe('a DataCoord that is not healthy', () => {
  it.each(['Initializing', 'StandBy', 'Stopping', 'Abnormal'] as const)(
    'refuses guarded calls while %s, with the text peers retry at',
    (state) => {
      const component = new ComponentState('datacoord');
      component.nodeID = 7n;
      component.state = state;
      const answers = Object.fromEntries(methods.map(([name]) => [name, () => ({})]));
      for (const [name, handler] of Object.entries(guarded(component, answers))) {
        const ask = () => (handler as () => unknown)();
        if (unguarded.includes(name)) expect(ask()).toEqual({});
        else
          expect(ask, name).toThrow(`role datacoord[nodeID: 7] is not serving, reason: sate code: ${state}`);
      }
    },
  );
});

function statusOf(answer: unknown): common.Status | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const status = 'errorCode' in answer ? answer : 'status' in answer ? answer.status : undefined;
  return common.Status.fromPartial(status ?? {});
}

/** Another value of the kind a field has: text stays, lists get one element where it can be told. */
function valueLike(name: string, value: unknown, number: bigint): unknown {
  if (typeof value === 'bigint')
    return BigInt.asIntN(64, /Before$|stamp$|Ts$|travel$/.test(name) ? (number < 0n ? 0n : number) : number);
  if (Array.isArray(value) && /IDs$/i.test(name)) return [number];
  return value;
}
