import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { silentLogger } from '@millrace/core';
import { data, milvus } from '@millrace/proto';
import { afterEach, describe, expect, it } from 'vitest';
import { framed } from './grpc-wire.ts';
import type { HandlersOf } from './method.ts';
import { RpcServer } from './server.ts';

type Service = typeof data.DataCoordService;
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(
  handlers: HandlersOf<Service>,
): Promise<{ server: RpcServer; session: ClientHttp2Session }> {
  const server = new RpcServer({ log: silentLogger, host: '127.0.0.1', graceMs: 200 });
  server.add(data.DataCoordService, handlers);
  const port = await server.listen(0);
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => undefined);
  closers.push(() => server.stop());
  closers.push(() => session.destroy());
  return { server, session };
}

interface Answer {
  readonly status: string;
  readonly message: string;
  readonly body: Buffer;
}

/** One call as it lies on the wire. */
function call(
  session: ClientHttp2Session,
  body: Uint8Array,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const stream = session.request({
    ':method': 'POST',
    ':path': data.DataCoordService.getFlushState.path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  const chunks: Buffer[] = [];
  let ended: IncomingHttpHeaders = {};
  stream.on('response', (response) => (ended = { ...ended, ...response }));
  stream.on('trailers', (trailers) => (ended = { ...ended, ...trailers }));
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.end(body);
  return new Promise((resolve, reject) => {
    stream.on('error', reject);
    stream.on('close', () =>
      resolve({
        status: String(ended['grpc-status'] ?? `http ${ended[':status']}`),
        message: decodeURIComponent(String(ended['grpc-message'] ?? '')),
        body: Buffer.concat(chunks),
      }),
    );
  });
}

const request = (ids: bigint[]) =>
  Buffer.from(milvus.GetFlushStateRequest.encode({ segmentIDs: ids }).finish());
const flushed: HandlersOf<Service> = {
  getFlushState: ({ segmentIDs }) => ({ flushed: segmentIDs[0] === 7n }),
};
const answerOf = ({ body }: Answer) => milvus.GetFlushStateResponse.decode(body.subarray(5)).flushed;

describe('a gRPC server, as its callers see it on the wire', () => {
  it('answers with a message, and with status 0 behind it', async () => {
    const { session } = await serve(flushed);
    const answer = await call(session, framed(request([7n])));
    expect([answer.status, answerOf(answer)]).toEqual(['0', true]);
  });

  it('reads a compressed request', async () => {
    const { session } = await serve(flushed);
    const body = framed(gzipSync(request([7n])));
    body[0] = 1;
    const answer = await call(session, body, { 'grpc-encoding': 'gzip' });
    expect([answer.status, answerOf(answer)]).toEqual(['0', true]);
    expect(await call(session, body, { 'grpc-encoding': 'snappy' })).toMatchObject({ status: '12' });
    expect(await call(session, body)).toMatchObject({ status: '12' });
    const broken = framed(Buffer.from('no gzip'));
    broken[0] = 1;
    expect(await call(session, broken, { 'grpc-encoding': 'gzip' })).toMatchObject({ status: '13' });
  });

  it('takes a request in any number of pieces', async () => {
    const { session } = await serve(flushed);
    const body = framed(request([7n]));
    const stream = session.request({
      ':method': 'POST',
      ':path': data.DataCoordService.getFlushState.path,
      'content-type': 'application/grpc+proto',
    });
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    for (const byte of body) {
      stream.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    stream.end();
    await new Promise((resolve) => stream.on('close', resolve));
    expect(answerOf({ status: '', message: '', body: Buffer.concat(chunks) })).toBe(true);
  });

  it.each([
    ['no message', Buffer.alloc(0), '13'],
    ['half a message', framed(request([7n])).subarray(0, 7), '13'],
    ['two messages', Buffer.concat([framed(request([7n])), framed(request([7n]))]), '13'],
    ['bytes that are no request', framed(Buffer.from('0aff', 'hex')), '13'],
    ['a message above the limit', Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]), '8'],
  ])('ends a call with %s with a status, and serves the next', async (_, body, status) => {
    const { session } = await serve(flushed);
    expect(await call(session, body)).toMatchObject({ status });
    expect((await call(session, framed(request([7n])))).status).toBe('0');
  });

  it('names the method and the service that nobody serves', async () => {
    const { session } = await serve({});
    expect(await call(session, framed(request([7n])))).toEqual({
      status: '12',
      message: 'unknown method GetFlushState for service milvus.proto.data.DataCoord',
      body: Buffer.alloc(0),
    });
    expect(await call(session, framed(request([7n])), { ':path': '/' })).toMatchObject({ status: '12' });
  });

  it('refuses what is no gRPC', async () => {
    const { session } = await serve(flushed);
    const answer = await call(session, Buffer.from('{}'), { 'content-type': 'application/json' });
    expect(answer.status).toBe('http 415');
  });

  it('tells the handler when the caller is gone, and when its deadline has passed', async () => {
    let told = 0;
    const { session } = await serve({
      getFlushState: (_, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            told++;
            resolve({});
          });
        }),
    });
    const late = call(session, framed(request([1n])), { 'grpc-timeout': '30m' });
    await expect.poll(() => told).toBe(1);
    expect((await late).status).toBe('0');
    const stream = session.request({
      ':method': 'POST',
      ':path': data.DataCoordService.getFlushState.path,
      'content-type': 'application/grpc',
    });
    stream.on('error', () => undefined);
    stream.end(framed(request([1n])));
    await new Promise((resolve) => setTimeout(resolve, 50));
    stream.destroy();
    await expect.poll(() => told).toBe(2);
  });

  it('lets calls under way finish when it stops, and cuts off those that do not', async () => {
    const first = Promise.withResolvers<void>();
    const { server, session } = await serve({
      getFlushState: async ({ segmentIDs }) => {
        await (segmentIDs[0] === 7n ? first.promise : new Promise<void>(() => undefined));
        return { flushed: true };
      },
    });
    const finishes = call(session, framed(request([7n])));
    const never = call(session, framed(request([8n]))).catch(() => 'cut off');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const stopped = server.stop();
    first.resolve();
    expect((await finishes).status).toBe('0');
    await stopped;
    expect(await Promise.race([never.then(() => 'ended'), new Promise((r) => setTimeout(r, 1000))])).toBe(
      'ended',
    );
  });
});
