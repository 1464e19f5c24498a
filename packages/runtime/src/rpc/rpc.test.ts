import { Invalid, NotFound, silentLogger } from '@millrace/core';
import { common, data, milvus } from '@millrace/proto';
import { afterEach, describe, expect, it } from 'vitest';
import { checked, connect, type RpcClient } from './client.ts';
import { AnswerTooLarge, encodedAnswer } from './encoded-answer.ts';
import type { HandlersOf } from './method.ts';
import { connectRole } from './reconnecting.ts';
import { RpcServer } from './server.ts';

type Service = typeof data.DataCoordService;
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(handlers: HandlersOf<Service>, port = 0): Promise<{ port: number; server: RpcServer }> {
  const server = new RpcServer({ log: silentLogger, host: '127.0.0.1', graceMs: 100 });
  server.add(data.DataCoordService, handlers);
  const bound = await server.listen(port);
  closers.push(() => server.stop());
  return { port: bound, server };
}

async function client(handlers: HandlersOf<Service>): Promise<RpcClient<Service>> {
  const { port } = await serve(handlers);
  const connected = connect(data.DataCoordService, `127.0.0.1:${port}`);
  closers.push(() => connected.close());
  return connected;
}

describe('a call', () => {
  it('carries 64-bit ids exactly and fills what neither side names', async () => {
    const { call } = await client({
      getFlushState: (request) => ({ flushed: request.segmentIDs[0] === 444555666777888999n }),
    });
    expect(await call.getFlushState({ segmentIDs: [444555666777888999n] })).toEqual(
      milvus.GetFlushStateResponse.fromPartial({ status: { errorCode: 0, reason: '' }, flushed: true }),
    );
  });

  it('answers a thrown error as the Status of the response, with the code a peer expects', async () => {
    const { call } = await client({
      getSegmentInfo: () => {
        throw new NotFound('failed to get segment 7', { milvusCode: 'SegmentNotFound' });
      },
      saveBinlogPaths: async () => {
        throw new Invalid('no segment named');
      },
    });
    const answer = await call.getSegmentInfo({});
    expect(answer.status).toEqual({
      errorCode: common.ErrorCode.SegmentNotFound,
      reason: 'failed to get segment 7',
    });
    expect(() => checked(answer)).toThrow('failed to get segment 7');
    expect(await call.saveBinlogPaths({})).toEqual({
      errorCode: common.ErrorCode.IllegalArgument,
      reason: 'no segment named',
    });
  });

  it('is answered with the bytes a handler encoded itself, as they are', async () => {
    const message = data.FlushResponse.fromPartial({ status: {}, collectionID: 7n, segmentIDs: [1n, 2n] });
    const { call } = await client({
      flush: async () => encodedAnswer(data.FlushResponse.encode(message).finish()),
    });
    expect(await call.flush({})).toEqual(message);
  });

  it('is answered in pieces that are made while its peer takes those before, in two buffers', async () => {
    const buffers = [Buffer.alloc(100_000), Buffer.alloc(100_000)];
    const segmentIDs = Array.from({ length: 300_000 }, (_, at) => BigInt(at));
    const message = data.FlushResponse.fromPartial({ status: {}, segmentIDs });
    const bytes = data.FlushResponse.encode(message).finish();
    const pieces = inPieces(bytes, 100_000);
    function* overwriting(): Generator<Uint8Array> {
      for (const [at, piece] of pieces.entries()) {
        const buffer = buffers[at % 2] ?? Buffer.alloc(0);
        buffer.set(piece);
        yield buffer.subarray(0, piece.length);
      }
    }
    const { call } = await client({
      flush: () => encodedAnswer({ bytes: bytes.length, pieces: overwriting() }),
    });
    expect((await call.flush({})).segmentIDs).toEqual(segmentIDs);
  });

  it('breaks off when the rest of its answer cannot be made', async () => {
    function* broken(): Generator<Uint8Array> {
      yield Buffer.alloc(10);
      throw new Error('nothing more');
    }
    const { call } = await client({ flush: () => encodedAnswer({ bytes: 20, pieces: broken() }) });
    await expect(call.flush({})).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('whose caller leaves in the middle of its answer asks for no more of it', async () => {
    const stopped = Promise.withResolvers<void>();
    function* endless(): Generator<Uint8Array> {
      try {
        for (;;) yield Buffer.alloc(100_000);
      } finally {
        stopped.resolve();
      }
    }
    const { call } = await client({ flush: () => encodedAnswer({ bytes: 2 ** 28, pieces: endless() }) });
    await expect(call.flush({}, { deadlineMs: 50 })).rejects.toMatchObject({ kind: 'unavailable' });
    await stopped.promise;
  });

  it('fails as a whole when its answer is too large for any peer', async () => {
    const { call } = await client({
      flush: () => {
        throw new AnswerTooLarge('ask for one collection at a time');
      },
    });
    await expect(call.flush({})).rejects.toMatchObject({
      kind: 'exhausted',
      message: expect.stringContaining('ask for one collection at a time'),
      cause: expect.objectContaining({ code: 8 }),
    });
  });

  it('that nobody serves is refused as Invalid, naming method and address', async () => {
    const { call } = await client({});
    await expect(call.flush({})).rejects.toThrow(/DataCoord\/Flush at .*127\.0\.0\.1/);
  });

  it('ends at its deadline, and the server is told', async () => {
    let told = false;
    const { call } = await client({
      flush: (_request, context) =>
        new Promise((resolve) => {
          context.signal.addEventListener('abort', () => {
            told = true;
            resolve({});
          });
        }),
    });
    await expect(call.flush({}, { deadlineMs: 50 })).rejects.toMatchObject({ kind: 'unavailable' });
    await expect.poll(() => told).toBe(true);
  });

  it('ends when its signal aborts', async () => {
    const { call } = await client({ flush: () => new Promise(() => {}) });
    const abort = new AbortController();
    const pending = call.flush({}, { signal: abort.signal });
    abort.abort();
    await expect(pending).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

describe('a client of a role', () => {
  it('finds the role again after it moved', async () => {
    const first = await serve({ flush: () => ({ collectionID: 1n }) });
    let address = `127.0.0.1:${first.port}`;
    const role = connectRole(data.DataCoordService, 'datacoord', async () => address);
    closers.push(() => role.close());
    expect((await role.call.flush({})).collectionID).toBe(1n);
    const second = await serve({ flush: () => ({ collectionID: 2n }) });
    await first.server.stop();
    address = `127.0.0.1:${second.port}`;
    expect((await role.call.flush({})).collectionID).toBe(2n);
  });

  it('that is nowhere says so', async () => {
    const role = connectRole(data.DataCoordService, 'datacoord', async () => undefined);
    await expect(role.call.flush({})).rejects.toThrow('no datacoord is registered');
  });
});

describe('a server', () => {
  it('says which port is in use', async () => {
    const { port } = await serve({});
    const other = new RpcServer({ log: silentLogger, host: '127.0.0.1' });
    await expect(other.listen(port)).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`);
  });
});

function inPieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}
