import { silentLogger } from '@millrace/core';
import { milvus } from '@millrace/proto';
import { RpcServer, realClock } from '@millrace/runtime';
import { MemoryStream } from '@millrace/stream';
import { createProxy } from '../proxy.ts';
import { defaultProxySettings, type ProxySettings } from '../settings.ts';
import { FakeDataCoord } from './fake-data-coord.ts';
import { FakeRootCoord } from './fake-root-coord.ts';

/** A proxy that serves on a port of this machine, over a stream in memory and made-up coordinators. */
export async function servedProxy(changes: Partial<ProxySettings> = {}) {
  const rootCoord = new FakeRootCoord();
  const dataCoord = new FakeDataCoord();
  const stream = new MemoryStream();
  const proxy = createProxy(
    { ...defaultProxySettings, ...changes },
    {
      clock: realClock,
      log: silentLogger,
      stream,
      rootCoord: rootCoord.client,
      dataCoord: dataCoord.client,
      serverID: 3n,
    },
  );
  const server = new RpcServer({ log: silentLogger, host: '127.0.0.1' });
  server.add(milvus.MilvusServiceService, proxy.milvus);
  const port = await server.listen(0);
  return {
    address: `127.0.0.1:${port}`,
    rootCoord,
    dataCoord,
    stream,
    proxy,
    async close() {
      await server.stop();
      await stream.close();
    },
  };
}

/** All that is in a channel now. */
export async function payloadsOf(stream: MemoryStream, channel: string): Promise<Uint8Array[]> {
  const last = await stream.latest(channel);
  if (last === undefined) return [];
  const payloads: Uint8Array[] = [];
  for await (const batch of stream.read(channel, 'earliest', new AbortController().signal)) {
    for (const { id, payload } of batch) {
      payloads.push(payload);
      if (stream.compare(id, last) === 0) return payloads;
    }
  }
  return payloads;
}
