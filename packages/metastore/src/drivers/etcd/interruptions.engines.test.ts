import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { aborted, silentLogger } from '@millrace/core';
import { etcd } from '@millrace/proto';
import { connect, realClock, realRandom } from '@millrace/runtime';
import { engineAddress } from '@millrace/runtime/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bytes, eventually, nextBatch, putAll, watchWords } from '../../testing/harness.ts';
import { EtcdMetaStore } from '../etcd.ts';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The program of the engine, which these tests run themselves: they kill it. */
const program = [
  ...(process.env['PATH'] ?? '').split(delimiter),
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'millrace/engines/etcd-debian/usr/bin'),
]
  .map((directory) => join(directory, 'etcd'))
  .find((path) => existsSync(path));

/** An etcd of the test's own, on the same port and data each time it is started. */
class OwnEtcd {
  readonly directory = mkdtempSync(join(tmpdir(), 'millrace-etcd-'));
  port = 0;
  private peerPort = 0;
  private child: ChildProcess | undefined;

  async start(): Promise<void> {
    if (this.port === 0) [this.port, this.peerPort] = [await freePort(), await freePort()];
    const [client, peer] = [`http://127.0.0.1:${this.port}`, `http://127.0.0.1:${this.peerPort}`];
    const own = ['--data-dir', this.directory, '--initial-cluster', `default=${peer}`];
    const clients = ['--listen-client-urls', client, '--advertise-client-urls', client];
    const peers = ['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer];
    this.child = spawn(program ?? 'etcd', [...own, ...clients, ...peers], { stdio: 'ignore' });
    await eventually('etcd is healthy', async () => {
      const health = await fetch(`${client}/health`).catch(() => undefined);
      return (await health?.text())?.includes('"true"') === true;
    });
  }

  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

/** A way to a server that can be cut and mended. */
class Wire {
  port = 0;
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private readonly target: number;

  constructor(target: number) {
    this.target = target;
  }

  async mend(): Promise<void> {
    this.server = createServer((socket) => {
      const onward = dial(this.target, '127.0.0.1');
      for (const [end, other] of [
        [socket, onward],
        [onward, socket],
      ] as const) {
        this.sockets.add(end);
        end.on('error', () => {}).on('close', () => other.destroy());
        end.pipe(other);
      }
    }).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = portOf(this.server);
  }

  async cut(): Promise<void> {
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
    if (this.server !== undefined) await once(this.server, 'close');
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

describe.skipIf(engineAddress('etcd') === undefined || program === undefined)('EtcdMetaStore', () => {
  const own = new OwnEtcd();
  const stores: EtcdMetaStore[] = [];
  let over = new AbortController();

  const open = (...ports: readonly number[]) => {
    const components = { clock: realClock, random: realRandom, log: silentLogger };
    const store = new EtcdMetaStore(components, { endpoints: ports.map((port) => `127.0.0.1:${port}`) });
    stores.push(store);
    return store;
  };
  const watch = (store: EtcdMetaStore, prefix: string) =>
    store.watch(prefix, over.signal)[Symbol.asyncIterator]();

  beforeAll(() => own.start());
  afterEach(async () => {
    over.abort();
    over = new AbortController();
    for (const store of stores.splice(0)) await store.close();
  });
  afterAll(async () => {
    await own.kill();
    rmSync(own.directory, { recursive: true, force: true });
  });

  it('keeps watches and leases when etcd is killed and starts again on its data', async () => {
    const store = open(own.port);
    const lease = await store.grantLease(8_000);
    await store.transact({ writes: [{ put: 'restart/a', value: bytes('1'), lease: lease.id }] });
    const watcher = watch(store, 'restart/');
    expect(await nextBatch(watcher)).toMatchObject({ snapshot: true });
    await own.kill();
    await expect(store.transact({ writes: [{ delete: 'restart/a' }] })).rejects.toMatchObject({
      kind: 'unavailable',
    });
    await own.start();
    await putAll(open(own.port), { 'restart/b': '2' });
    expect(await watchWords(watcher, (words) => words.length > 0)).toEqual(['+restart/b=2']);
    await sleep(9_000);
    expect(lease.lost.aborted).toBe(false);
    expect(await store.get('restart/a')).toMatchObject({ lease: lease.id });
    await lease.revoke();
  }, 40_000);

  it('tells a watcher what it missed while it was cut off, without a new snapshot', async () => {
    const wire = new Wire(own.port);
    await wire.mend();
    const near = open(own.port);
    const watcher = watch(open(wire.port), 'cut/');
    await nextBatch(watcher);
    await wire.cut();
    await putAll(near, { 'cut/a': '1', 'cut/b': '2' });
    await wire.mend();
    const told = await watchWords(watcher, (words) => words.length >= 2);
    expect(told).toEqual(['+cut/a=1', '+cut/b=2']);
    await wire.cut();
  });

  it('gives a watcher a snapshot when what it missed was compacted', async () => {
    const wire = new Wire(own.port);
    await wire.mend();
    const near = open(own.port);
    const watcher = watch(open(wire.port), 'gap/');
    await nextBatch(watcher);
    await wire.cut();
    await putAll(near, { 'gap/a': '1', 'gap/b': '2', 'gap/c': '3' });
    const { revision } = await near.transact({ writes: [{ delete: 'gap/a' }] });
    const client = connect(etcd.KVService, `127.0.0.1:${own.port}`);
    await client.call.compact({ revision });
    client.close();
    await wire.mend();
    expect(await watchWords(watcher, (words) => words.length > 0)).toEqual(['*+gap/b=2 +gap/c=3']);
    await putAll(near, { 'gap/d': '4' });
    expect(await watchWords(watcher, (words) => words.length > 0)).toEqual(['+gap/d=4']);
    await wire.cut();
  });

  it('gives a lease up when its time has passed without a renewal, before others see its keys deleted', async () => {
    const wire = new Wire(own.port);
    await wire.mend();
    const near = open(own.port);
    const store = open(wire.port);
    const lease = await store.grantLease(2_000);
    await store.transact({ writes: [{ put: 'lost/a', value: bytes('1'), lease: lease.id }] });
    await wire.cut();
    await aborted(lease.lost);
    expect(await near.get('lost/a')).toBeDefined();
    await eventually('the key is gone', async () => (await near.get('lost/a')) === undefined);
  });

  it('knows a lease as lost when another has revoked it', async () => {
    const lease = await open(own.port).grantLease(2_000);
    const client = connect(etcd.LeaseService, `127.0.0.1:${own.port}`);
    await client.call.leaseRevoke({ ID: lease.id });
    client.close();
    await aborted(lease.lost);
  });

  it('goes on with the next server when one does not answer', async () => {
    const store = open(await freePort(), await freePort(), own.port);
    await putAll(store, { 'next/a': '1' });
    const late = open(await freePort(), own.port);
    expect(await watchWords(watch(late, 'next/'), (words) => words.length > 0)).toEqual(['*+next/a=1']);
    const lease = await open(await freePort(), own.port).grantLease(2_000);
    await lease.revoke();
  });
});
