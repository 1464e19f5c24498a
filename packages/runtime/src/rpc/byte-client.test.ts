import { createServer, type Http2Server, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { NotFound, silentLogger } from '@millrace/core';
import { data, milvus } from '@millrace/proto';
import { afterEach, describe, expect, it } from 'vitest';
import { ByteClient, NotSent } from './byte-client.ts';
import { framed } from './grpc-wire.ts';
import type { HandlersOf } from './method.ts';
import { RpcServer } from './server.ts';

const { path } = data.DataCoordService.getFlushState;
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(
  handlers: HandlersOf<typeof data.DataCoordService>,
  at = 0,
): Promise<{ readonly port: number; readonly server: RpcServer }> {
  const server = new RpcServer({ log: silentLogger, host: '127.0.0.1', graceMs: 100 });
  server.add(data.DataCoordService, handlers);
  const port = await server.listen(at);
  closers.push(() => server.stop());
  return { port, server };
}

async function clientOf(handlers: HandlersOf<typeof data.DataCoordService>): Promise<ByteClient> {
  const { port } = await serve(handlers);
  return clientAt(port);
}

function clientAt(port: number): ByteClient {
  const client = new ByteClient(`127.0.0.1:${port}`);
  closers.push(() => client.close());
  return client;
}

/** A server that answers as no gRPC server does. */
async function clientOfStrange(answer: (stream: ServerHttp2Stream) => void): Promise<ByteClient> {
  const server: Http2Server = createServer();
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    answer(stream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => void server.close());
  return clientAt((server.address() as AddressInfo).port);
}

function answering(body: Buffer, trailers: OutgoingHttpHeaders = { 'grpc-status': '0' }) {
  return (stream: ServerHttp2Stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.end(body);
  };
}

const asked = (...segmentIDs: bigint[]) =>
  milvus.GetFlushStateRequest.encode(milvus.GetFlushStateRequest.fromPartial({ segmentIDs })).finish();
const large = { ids: Array.from({ length: 200_000 }, (_, at) => BigInt(at)) };

describe('a call of bytes', () => {
  it('is answered with the bytes of the answer', async () => {
    const client = await clientOf({ getFlushState: ({ segmentIDs }) => ({ flushed: segmentIDs[0] === 7n }) });
    const answer = milvus.GetFlushStateResponse.decode(await client.call(path, asked(7n)));
    expect(answer.flushed).toBe(true);
  });

  it('is answered into the memory of its caller, of any length, many at a time', async () => {
    const client = await clientOf({ flush: () => ({ segmentIDs: large.ids }) });
    const memories = Array.from({ length: 8 }, () => Buffer.alloc(1_000_000));
    const flush = data.DataCoordService.flush.path;
    const answers = await Promise.all(
      memories.map((memory) => client.call(flush, Buffer.alloc(0), { memory: () => memory })),
    );
    for (const [at, answer] of answers.entries()) {
      expect(answer.buffer).toBe(memories[at]?.buffer);
      expect(data.FlushResponse.decode(answer).segmentIDs).toEqual(large.ids);
    }
  });

  it('ends with the status of its server, whose code and words are the cause', async () => {
    const client = await clientOf({});
    await expect(client.call(path, asked())).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining(path),
      cause: { code: 12 },
    });
    const strange = await clientOfStrange((stream) =>
      stream.respond(
        { ':status': 200, 'grpc-status': '11', 'grpc-message': 'compacted %E2%80%93 gone' },
        { endStream: true },
      ),
    );
    await expect(strange.call(path, asked())).rejects.toMatchObject({
      kind: 'unavailable',
      cause: { code: 11, details: 'compacted \u2013 gone' },
    });
  });

  it("is answered a handler's own error as the Status of the response, like any call", async () => {
    const client = await clientOf({
      getFlushState: () => {
        throw new NotFound('no such segment');
      },
    });
    const answer = milvus.GetFlushStateResponse.decode(await client.call(path, asked()));
    expect(answer.status?.reason).toBe('no such segment');
  });
});

describe('a call of bytes that is given up', () => {
  it('after its deadline is Unavailable, writes nothing any more, and the next one has another connection', async () => {
    const ports = new Set<number | undefined>();
    let isSilent = true;
    const client = await clientOfStrange((stream) => {
      ports.add(stream.session?.socket.remotePort);
      if (!isSilent) answering(framed(Buffer.from('heard')))(stream);
    });
    await expect(client.call(path, asked(), { deadlineMs: 100 })).rejects.toMatchObject({
      kind: 'unavailable',
      cause: { code: 4 },
    });
    isSilent = false;
    expect(String(await client.call(path, asked(), { deadlineMs: 5000 }))).toBe('heard');
    expect(ports.size).toBe(2);
  });

  it('while its answer comes leaves its memory alone from then on, and other calls their connection', async () => {
    const half = framed(Buffer.alloc(1000, 1)).subarray(0, 500);
    const rest = Buffer.alloc(505, 1);
    const client = await clientOfStrange((stream) => {
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.write(half);
      setTimeout(() => stream.end(rest), 200);
    });
    const memory = Buffer.alloc(1000);
    const other = client.call(path, asked());
    const late = client.call(path, asked(), { deadlineMs: 100, memory: () => memory });
    await expect(late).rejects.toMatchObject({ cause: { code: 4 } });
    memory.fill(9);
    expect((await other).equals(Buffer.alloc(1000, 1))).toBe(true);
    expect(memory.equals(Buffer.alloc(1000, 9))).toBe(true);
  });

  it('by its caller is Unavailable at once, before it was sent too', async () => {
    const client = await clientOf({ getFlushState: async () => (await sleep(1000)) ?? {} });
    const stop = new AbortController();
    const call = client.call(path, asked(), { signal: stop.signal });
    stop.abort();
    await expect(call).rejects.toMatchObject({ kind: 'unavailable', cause: { code: 1 } });
    await expect(client.call(path, asked(), { signal: stop.signal })).rejects.toThrow(
      'stopped before it was sent',
    );
  });
});

/** The cause of the error that a call fails with. */
const causeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.cause : undefined),
  );

describe('a call that failed', () => {
  it('tells that it was not sent where nobody listened, on the first connection or a later one', async () => {
    const { port, server } = await serve({ getFlushState: () => ({ flushed: true }) });
    const client = clientAt(port);
    await client.call(path, asked());
    await server.stop();
    for (let again = 0; again < 2; again++) {
      const cause = await causeOf(client.call(path, asked()));
      expect(cause).toBeInstanceOf(NotSent);
      expect(cause).toMatchObject({
        code: 14,
        details: expect.stringMatching(/^no connection: .*ECONNREFUSED/),
      });
    }
    client.close();
    expect(await causeOf(client.call(path, asked()))).toBeInstanceOf(NotSent);
  });

  it('tells nothing of the kind where its server may have heard it: cut, silent or refused', async () => {
    const cut = await clientOfStrange((stream) => stream.session?.destroy());
    const silent = await clientOfStrange(() => undefined);
    const refusing = await clientOfStrange((stream) =>
      stream.respond({ ':status': 200, 'grpc-status': '14' }, { endStream: true }),
    );
    for (const client of [cut, silent, refusing]) {
      const cause = await causeOf(client.call(path, asked(), { deadlineMs: 200 }));
      expect(cause).toMatchObject({ code: expect.any(Number) });
      expect(cause).not.toBeInstanceOf(NotSent);
    }
  });
});

describe('a client of bytes', () => {
  it('is told that nobody listens, and connects again when somebody does', async () => {
    const { port, server } = await serve({ getFlushState: () => ({ flushed: true }) });
    const client = clientAt(port);
    await client.call(path, asked());
    await server.stop();
    await expect(client.call(path, asked())).rejects.toMatchObject({
      kind: 'unavailable',
      cause: { code: 14 },
    });
    await serve({ getFlushState: () => ({ flushed: true }) }, port);
    await client.call(path, asked());
  });

  it('makes no calls once it is closed, and ends those under way', async () => {
    const client = await clientOf({ getFlushState: async () => (await sleep(1000)) ?? {} });
    const call = client.call(path, asked());
    const ended = expect(call).rejects.toMatchObject({ kind: 'unavailable' });
    await sleep(50);
    client.close();
    await ended;
    await expect(client.call(path, asked())).rejects.toThrow('this client is closed');
  });

  it.each([
    [
      'no gRPC server',
      14,
      (stream: ServerHttp2Stream) => stream.respond({ ':status': 404 }, { endStream: true }),
    ],
    ['a connection that is cut', 14, (stream: ServerHttp2Stream) => stream.session?.destroy()],
    ['an answer without a status', 14, answering(framed(Buffer.from('x')), {})],
    ['an answer without a message', 13, answering(Buffer.alloc(0))],
    ['an answer that ends within its message', 13, answering(framed(Buffer.alloc(100)).subarray(0, 50))],
    [
      'an answer of two messages',
      13,
      answering(Buffer.concat([framed(Buffer.from('a')), framed(Buffer.from('b'))])),
    ],
    ['a compressed answer', 13, answering(Buffer.from([1, 0, 0, 0, 1, 7]))],
    ['an answer that is too long', 8, answering(Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 7]))],
  ] as const)('tells %s by code %i', async (_what, code, answer) => {
    const client = await clientOfStrange(answer);
    await expect(client.call(path, asked(), { deadlineMs: 5000 })).rejects.toMatchObject({ cause: { code } });
  });
});
