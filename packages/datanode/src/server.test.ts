import { silentLogger } from '@millrace/core';
import { listSessions, MemoryMetaStore, metaKeys } from '@millrace/metastore';
import { common, data, legacy } from '@millrace/proto';
import { connect, realClock, realRandom } from '@millrace/runtime';
import { MemoryObjectStore } from '@millrace/storage';
import { MemoryStream } from '@millrace/stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StreamPacks } from './pipeline/stream-packs.ts';
import { runDataNode } from './server.ts';
import { defaultDataNodeSettings } from './settings.ts';
import { FakeDataCoord, FakeRootCoord } from './testing/fake-coordinators.ts';
import { strictEncoder } from './testing/spoiled-memory.ts';

const root = 'by-dev/meta';

describe('a DataNode process', () => {
  const metaStore = new MemoryMetaStore({ clock: realClock });
  const stop = new AbortController();
  let running: Promise<void>;
  let port = 0;
  beforeEach(async () => {
    const stream = new MemoryStream();
    const components = {
      clock: realClock,
      random: realRandom,
      log: silentLogger,
      metaStore,
      stream,
      packs: new StreamPacks({ stream, log: silentLogger }),
      objectStore: new MemoryObjectStore({ clock: realClock }),
      rootCoord: new FakeRootCoord().calls,
      dataCoord: new FakeDataCoord().calls,
      encoder: strictEncoder(),
    };
    await new Promise<void>((resolve, reject) => {
      const settings = { ...defaultDataNodeSettings, host: '127.0.0.1', port: 0 };
      running = runDataNode(settings, components, stop.signal, (server) => {
        port = server.port;
        resolve();
      });
      running.catch(reject);
    });
  });
  afterEach(async () => {
    stop.abort();
    await running.catch(() => undefined);
  });

  it('registers the address it serves at, answers, and gives its session back when it stops', async () => {
    const [session] = await listSessions(metaStore, root, 'datanode');
    expect(session).toMatchObject({ serverID: 1n, address: `127.0.0.1:${port}`, exclusive: false });
    const { call, close } = connect(data.DataNodeService, `127.0.0.1:${port}`);
    const states = await call.getComponentStates({});
    expect(states.state).toMatchObject({ nodeID: 1n, role: 'datanode', stateCode: common.StateCode.Healthy });
    expect(await call.watchDmChannels({})).toMatchObject({
      errorCode: common.ErrorCode.Success,
      reason: 'watchDmChannels do nothing',
    });
    expect(await call.flushSegments({ segmentIDs: [1n] })).toEqual({
      errorCode: common.ErrorCode.NodeIDNotMatch,
      reason: 'target node id not match target id = 0, node id = 1',
    });
    expect((await call.import({})).errorCode).toBe(common.ErrorCode.UnexpectedError);
    expect((await call.getCompactionState({})).results).toEqual([]);
    const shown = await call.showConfigurations({ pattern: 'segment.insert' });
    expect(shown.configuations).toEqual([{ key: 'datanode.segment.insertbufsize', value: '16777216' }]);
    const old = connect(legacy.DataNodeService, `127.0.0.1:${port}`);
    expect((await old.call.getComponentStates({})).state).toMatchObject({ nodeID: 1n, role: 'datanode' });
    old.close();
    close();
    stop.abort();
    await running;
    expect(
      await metaStore.get(metaKeys(root).key.nodeSession({ role: 'datanode', serverID: 1n })),
    ).toBeUndefined();
  });
});

describe('a DataNode that lost its session', () => {
  it('ends with Fenced', async () => {
    const metaStore = new MemoryMetaStore({ clock: realClock });
    const stream = new MemoryStream();
    const key = metaKeys(root).key.nodeSession({ role: 'datanode', serverID: 1n });
    const components = {
      clock: realClock,
      random: realRandom,
      log: silentLogger,
      metaStore,
      stream,
      packs: new StreamPacks({ stream, log: silentLogger }),
      objectStore: new MemoryObjectStore({ clock: realClock }),
      rootCoord: new FakeRootCoord().calls,
      dataCoord: new FakeDataCoord().calls,
      encoder: strictEncoder(),
    };
    const settings = { ...defaultDataNodeSettings, host: '127.0.0.1', port: 0 };
    const ended = runDataNode(settings, components, new AbortController().signal, () => {
      void metaStore.transact({ writes: [{ delete: key }] });
    });
    await expect(ended).rejects.toMatchObject({ kind: 'fenced' });
  });
});
