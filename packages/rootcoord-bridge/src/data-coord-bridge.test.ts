import { seededRandom, silentLogger } from '@millrace/core';
import { defaultMetaRoot, MemoryMetaStore, registerSession } from '@millrace/metastore';
import { common, data } from '@millrace/proto';
import { connectRole, type HandlersOf, RpcServer, realClock } from '@millrace/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { DataCoordBridge } from './data-coord-bridge.ts';
import { dataCoordOf } from './data-coord-of.ts';

type Handlers = HandlersOf<typeof data.DataCoordService>;
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const serverID = 7n;
const timestamp = 470638902741041156n;
const failing = { errorCode: common.ErrorCode.UnexpectedError, reason: 'no space left' };

function aBridge(): DataCoordBridge {
  return new DataCoordBridge({
    clock: realClock,
    random: seededRandom(1),
    log: silentLogger,
    allocTimestamp: async () => timestamp,
    serverID,
  });
}

async function serve(handlers: Handlers): Promise<{ address: string; stop: () => Promise<void> }> {
  const server = new RpcServer({ log: silentLogger, host: '127.0.0.1', graceMs: 50 });
  server.add(data.DataCoordService, { getComponentStates: () => ({}), ...handlers });
  const port = await server.listen(0);
  closers.push(() => server.stop());
  return { address: `127.0.0.1:${port}`, stop: () => server.stop() };
}

function clientAt(lookUp: () => string | undefined) {
  const client = connectRole(data.DataCoordService, 'datacoord', async () => lookUp());
  closers.push(() => client.close());
  return client.call;
}

async function connectedTo(handlers: Handlers): Promise<DataCoordBridge> {
  const { address } = await serve(handlers);
  const bridge = aBridge();
  await bridge.setDataCoord(
    clientAt(() => address),
    new AbortController().signal,
  );
  return bridge;
}

describe('before the connection', () => {
  const calls: [string, (bridge: DataCoordBridge, signal: AbortSignal) => Promise<unknown>][] = [
    ['callGetBinlogFilePaths', (bridge, signal) => bridge.callGetBinlogFilePaths(1n, 100n, { signal })],
    ['callGetNumRows', (bridge, signal) => bridge.callGetNumRows(1n, false, { signal })],
    ['callGetFlushedSegments', (bridge, signal) => bridge.callGetFlushedSegments(1n, 2n, { signal })],
    ['callWatchChannels', (bridge, signal) => bridge.callWatchChannels(1n, ['a_1v0'], {}, { signal })],
    ['callFlushOnCollection', (bridge, signal) => bridge.callFlushOnCollection(1n, [2n], { signal })],
  ];

  it.each(calls)('%s waits, until the caller gives up', async (_name, call) => {
    const stop = new AbortController();
    const pending = call(aBridge(), stop.signal);
    stop.abort();
    await expect(pending).rejects.toThrow('stopped while waiting for the connection to datacoord');
  });

  it.each(calls)('%s fails with Unavailable when there is none in time', async (_name, call) => {
    const bridge = aBridge();
    const pending = call(bridge, AbortSignal.timeout(30));
    await expect(pending).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(bridge.callGetFlushedSegments(1n, 2n, { deadlineMs: 10 })).rejects.toThrow(
      'no connection to datacoord within 10 ms',
    );
  });

  it('callImport waits as well, and says so in its answer', async () => {
    const answer = await aBridge().callImport({}, { deadlineMs: 10 });
    expect(answer.status).toEqual({
      errorCode: common.ErrorCode.UnexpectedError,
      reason: 'no connection to datacoord within 10 ms: start one, or wait longer',
    });
  });
});

describe('setDataCoord, while it connects', () => {
  it('holds calls back until a DataCoord answers, then lets them all through', async () => {
    let address: string | undefined;
    const bridge = aBridge();
    const connecting = bridge.setDataCoord(
      clientAt(() => address),
      new AbortController().signal,
    );
    const waiting = [bridge.callGetFlushedSegments(1n, 2n), bridge.callGetFlushedSegments(1n, 3n)];
    expect(bridge.isConnected).toBe(false);
    address = (await serve({ getFlushedSegments: (request) => ({ segments: [request.partitionID] }) }))
      .address;
    await connecting;
    expect(await Promise.all(waiting)).toEqual([[2n], [3n]]);
  });

  it('stops trying when it is stopped', async () => {
    const stop = new AbortController();
    const connecting = aBridge().setDataCoord(
      clientAt(() => undefined),
      stop.signal,
    );
    stop.abort();
    await expect(connecting).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

describe('callGetBinlogFilePaths', () => {
  const stamped = common.MsgBase.fromPartial({ timestamp, sourceID: serverID });

  it('returns the paths of the field asked for, from every entry of it', async () => {
    const requests: unknown[] = [];
    const bridge = await connectedTo({
      getInsertBinlogPaths: (request) => {
        requests.push(request);
        return {
          fieldIDs: [100n, 101n, 100n],
          paths: [['a', 'b'], ['x'], ['c']].map((values) => ({ values, status: undefined })),
        };
      },
    });
    expect(await bridge.callGetBinlogFilePaths(5n, 100n)).toEqual(['a', 'b', 'c']);
    expect(requests).toEqual([{ base: stamped, segmentID: 5n }]);
  });

  it('fails when the field has no binlog', async () => {
    const bridge = await connectedTo({ getInsertBinlogPaths: () => ({}) });
    await expect(bridge.callGetBinlogFilePaths(5n, 100n)).rejects.toMatchObject({
      kind: 'not-found',
      message: 'binlog file does not exist, segment id = 5, field id = 100',
    });
  });

  it('passes a failing status on', async () => {
    const bridge = await connectedTo({ getInsertBinlogPaths: () => ({ status: failing }) });
    await expect(bridge.callGetBinlogFilePaths(5n, 100n)).rejects.toThrow(
      /^getInsertBinlogPaths from data service failed, error = no space left$/,
    );
  });

  it('turns a panic into an error: an answer with fewer path lists than fields', async () => {
    const bridge = await connectedTo({ getInsertBinlogPaths: () => ({ fieldIDs: [100n] }) });
    await expect(bridge.callGetBinlogFilePaths(5n, 100n)).rejects.toThrow(
      /^get bin log file paths panic, msg = /,
    );
  });
});

describe('callGetNumRows', () => {
  const segment = (state: common.SegmentState) =>
    data.SegmentInfo.fromPartial({ ID: 5n, numOfRows: 40n, state });

  it('counts a flushed segment, and any segment from the flushed channel', async () => {
    const bases: unknown[] = [];
    const state = { now: common.SegmentState.Flushed as common.SegmentState };
    const bridge = await connectedTo({
      getSegmentInfo: (request) => {
        bases.push(request.base);
        return { infos: [segment(state.now)] };
      },
    });
    expect(await bridge.callGetNumRows(5n, false)).toBe(40n);
    state.now = common.SegmentState.Growing;
    expect(await bridge.callGetNumRows(5n, false)).toBe(0n);
    expect(await bridge.callGetNumRows(5n, true)).toBe(40n);
    expect(bases[0]).toEqual(common.MsgBase.fromPartial({ timestamp, sourceID: serverID }));
  });

  it('is 0 for a segment without an answer, and an error for a failing one', async () => {
    const answers = [{}, { status: failing }];
    const bridge = await connectedTo({ getSegmentInfo: () => answers.shift() ?? {} });
    expect(await bridge.callGetNumRows(5n, true)).toBe(0n);
    await expect(bridge.callGetNumRows(5n, true)).rejects.toThrow(
      'getSegmentInfo from data service failed, error = no space left',
    );
  });
});

describe('callGetFlushedSegments', () => {
  it('asks without a timestamp, and passes a failing status on', async () => {
    const requests: data.GetFlushedSegmentsRequest[] = [];
    const bridge = await connectedTo({
      getFlushedSegments: (request) => {
        requests.push(request);
        return requests.length === 1 ? { segments: [3n, 4n] } : { status: failing };
      },
    });
    expect(await bridge.callGetFlushedSegments(1n, 2n)).toEqual([3n, 4n]);
    expect(requests[0]).toMatchObject({
      base: common.MsgBase.fromPartial({ sourceID: serverID }),
      collectionID: 1n,
      partitionID: 2n,
    });
    await expect(bridge.callGetFlushedSegments(1n, 2n)).rejects.toThrow(
      'get flushed segments from data coord failed, reason = no space left',
    );
  });
});

describe('callWatchChannels', () => {
  it('sends channels, start positions and schema, without a base', async () => {
    const requests: data.WatchChannelsRequest[] = [];
    const bridge = await connectedTo({
      watchChannels: (request) => {
        requests.push(request);
        return {};
      },
    });
    const startPositions = [{ key: 'a', data: Buffer.from([1, 2]) }];
    const schema = { name: 'c', description: '', autoID: false, fields: [] };
    await bridge.callWatchChannels(1n, ['a_1v0'], { startPositions, schema });
    expect(requests).toEqual([{ collectionID: 1n, channelNames: ['a_1v0'], startPositions, schema }]);
  });

  it('waits out a DataCoord that is not serving yet, and passes any other failure on', async () => {
    const answers = [
      { status: { errorCode: common.ErrorCode.NotReadyServe, reason: 'not serving' } },
      {},
      { status: failing },
    ];
    const bridge = await connectedTo({ watchChannels: () => answers.shift() ?? {} });
    await bridge.callWatchChannels(1n, ['a_1v0']);
    await expect(bridge.callWatchChannels(1n, ['a_1v0'])).rejects.toThrow(
      'data coord watch channels failed, reason = no space left',
    );
  });

  it('does not wait longer than its deadline', async () => {
    const bridge = await connectedTo({
      watchChannels: () => ({ status: { errorCode: common.ErrorCode.NotReadyServe, reason: 'starting' } }),
    });
    const began = realClock.monotonic();
    await expect(bridge.callWatchChannels(1n, ['a_1v0'], {}, { deadlineMs: 100 })).rejects.toMatchObject({
      kind: 'unavailable',
    });
    expect(realClock.monotonic() - began).toBeLessThan(1_500);
  });
});

describe('callImport', () => {
  it('returns the answer as it is, a failing one too', async () => {
    const bridge = await connectedTo({ import: () => ({ status: failing, datanodeId: 3n }) });
    expect(await bridge.callImport({})).toEqual({ status: failing, datanodeId: 3n });
  });

  it('answers a panic with its text', async () => {
    const bridge = aBridge();
    const broken = new Proxy(
      clientAt(() => undefined),
      {
        get: (_target, name) =>
          name === 'getComponentStates'
            ? async () => ({})
            : () => {
                throw new TypeError('nil pointer');
              },
      },
    );
    await bridge.setDataCoord(broken, new AbortController().signal);
    expect((await bridge.callImport({})).status).toEqual({
      errorCode: common.ErrorCode.UnexpectedError,
      reason: 'assign import task to data coord panic',
    });
    await expect(bridge.callFlushOnCollection(1n, [])).rejects.toThrow(
      'flush on collection panic, msg = nil pointer',
    );
    await expect(bridge.callGetNumRows(1n, false)).rejects.toThrow('get num rows panic, msg = nil pointer');
    await expect(bridge.callGetFlushedSegments(1n, 2n)).rejects.toThrow(
      'get flushed segments from data coord panic, msg = nil pointer',
    );
    await expect(bridge.callWatchChannels(1n, [])).rejects.toThrow('watch channels panic, msg = nil pointer');
  });
});

describe('callFlushOnCollection', () => {
  it('names the message type and the caller, and fails with the bare reason', async () => {
    const requests: data.FlushRequest[] = [];
    const bridge = await connectedTo({
      flush: (request) => {
        requests.push(request);
        return requests.length === 1 ? {} : { status: failing };
      },
    });
    await bridge.callFlushOnCollection(1n, [5n, 6n]);
    expect(requests[0]).toEqual({
      base: common.MsgBase.fromPartial({ msgType: common.MsgType.Flush, sourceID: serverID }),
      dbID: 0n,
      segmentIDs: [5n, 6n],
      collectionID: 1n,
      isImport: false,
    });
    await expect(bridge.callFlushOnCollection(1n, [5n])).rejects.toThrow(/^no space left$/);
  });

  it('says that the call failed when nobody takes it', async () => {
    const bridge = await connectedTo({});
    await expect(bridge.callFlushOnCollection(1n, [5n])).rejects.toThrow(
      'failed to call flush to data coordinator: ',
    );
  });
});

describe('setDataCoord, once it has connected', () => {
  it('follows a DataCoord that moves', async () => {
    const first = await serve({ getFlushedSegments: () => ({ segments: [1n] }) });
    let { address } = first;
    const bridge = aBridge();
    await bridge.setDataCoord(
      clientAt(() => address),
      new AbortController().signal,
    );
    expect(await bridge.callGetFlushedSegments(1n, 2n)).toEqual([1n]);
    const second = await serve({ getFlushedSegments: () => ({ segments: [2n] }) });
    await first.stop();
    address = second.address;
    expect(await bridge.callGetFlushedSegments(1n, 2n)).toEqual([2n]);
  });

  it('finds it by its session, and again under its next one', async () => {
    const store = new MemoryMetaStore({ clock: realClock });
    const register = (address: string) =>
      registerSession(
        { store, clock: realClock, random: seededRandom(2) },
        defaultMetaRoot,
        { role: 'datacoord', address },
        new AbortController().signal,
      );
    const client = dataCoordOf(store);
    closers.push(() => client.close());
    const bridge = aBridge();
    const connecting = bridge.setDataCoord(client.call, new AbortController().signal);
    const waiting = bridge.callGetFlushedSegments(1n, 2n);
    const first = await serve({ getFlushedSegments: () => ({ segments: [1n] }) });
    const session = await register(first.address);
    await connecting;
    expect(await waiting).toEqual([1n]);

    await first.stop();
    await session.close();
    await expect(bridge.callGetFlushedSegments(1n, 2n)).rejects.toMatchObject({ kind: 'unavailable' });
    const second = await serve({ getFlushedSegments: () => ({ segments: [2n] }) });
    const next = await register(second.address);
    closers.push(() => next.close());
    expect(await bridge.callGetFlushedSegments(1n, 2n)).toEqual([2n]);
  });

  it('reports a DataCoord that is gone as Unavailable', async () => {
    const only = await serve({});
    const bridge = aBridge();
    await bridge.setDataCoord(
      clientAt(() => only.address),
      new AbortController().signal,
    );
    await only.stop();
    await expect(bridge.callGetFlushedSegments(1n, 2n, { deadlineMs: 300 })).rejects.toMatchObject({
      kind: 'unavailable',
    });
  });
});

describe('the calls that Milvus 2.2 adds', () => {
  const connected = () =>
    connectedTo({
      gcConfirm: (request) => ({ gcFinished: request.partitionId === -1n }),
      getSegmentStates: (request) => ({
        ...(request.segmentIDs.length === 0 ? { status: failing } : {}),
        states: request.segmentIDs.map((segmentID) => data.SegmentStateInfo.fromPartial({ segmentID })),
      }),
      unsetIsImportingState: (request) => (request.segmentIds.length === 0 ? failing : {}),
      markSegmentsDropped: (request) => (request.segmentIds.length === 0 ? failing : {}),
      broadcastAlteredCollection: (request) => (request.collectionID === 0n ? failing : {}),
    });

  it('callGcConfirm asks for one partition, or for all with -1', async () => {
    const bridge = await connected();
    expect(await bridge.callGcConfirm(1n, -1n)).toBe(true);
    expect(await bridge.callGcConfirm(1n, 4n)).toBe(false);
  });

  it('callGetSegmentStates answers in the order asked, and passes a failing status on', async () => {
    const bridge = await connected();
    const states = await bridge.callGetSegmentStates([8n, 5n]);
    expect(states.map((info) => info.segmentID)).toEqual([8n, 5n]);
    await expect(bridge.callGetSegmentStates([])).rejects.toThrow(
      'get segment states from data coord failed, reason = no space left',
    );
  });

  it('callUnsetIsImportingState carries ids, and passes a failing status on', async () => {
    const bridge = await connected();
    await bridge.callUnsetIsImportingState([8n]);
    await expect(bridge.callUnsetIsImportingState([])).rejects.toThrow(
      'unset isImporting state by data coord failed, reason = no space left',
    );
  });

  it('callMarkSegmentsDropped carries ids, and passes a failing status on', async () => {
    const bridge = await connected();
    await bridge.callMarkSegmentsDropped([8n]);
    await expect(bridge.callMarkSegmentsDropped([])).rejects.toThrow(
      'mark segments dropped by data coord failed, reason = no space left',
    );
  });

  it('callUnsetIsImportingState and callMarkSegmentsDropped wait out a DataCoord that does not know its segments yet', async () => {
    const notReady = { errorCode: common.ErrorCode.NotReadyServe, reason: 'starting' };
    const answers = [notReady, {}, notReady, {}];
    const next = () => answers.shift() ?? failing;
    const bridge = await connectedTo({ unsetIsImportingState: next, markSegmentsDropped: next });
    await bridge.callUnsetIsImportingState([8n]);
    await bridge.callMarkSegmentsDropped([8n]);
    expect(answers).toEqual([]);
  });

  it('callBroadcastAlteredCollection carries the collection, and fails with the bare reason', async () => {
    const bridge = await connected();
    await bridge.callBroadcastAlteredCollection({ collectionID: 1n });
    await expect(bridge.callBroadcastAlteredCollection({})).rejects.toThrow(/^no space left$/);
  });
});
