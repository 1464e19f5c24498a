import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DyingProcess, type KillPoint } from './testing/dying-process.ts';
import { aCollection, LocalCluster } from './testing/local-cluster.ts';

const { Success } = common.ErrorCode;
const { MsgType } = common;
const ch0 = 'by-dev-rootcoord-dml_0';

let cluster: LocalCluster;
beforeEach(async () => {
  cluster = new LocalCluster();
  await cluster.startDataCoord();
});
afterEach(() => cluster.close());

/** Two publications, the record, its new state; and one step more than there are. */
const createSteps = killPoints(5);
/** The record, two publications, the removal; and one more. */
const dropSteps = killPoints(5);
const partitionSteps = killPoints(5);

function killPoints(steps: number): KillPoint[] {
  return Array.from({ length: steps }, (_, at) => at + 1).flatMap((step) => [
    { step, moment: 'before' as const },
    { step, moment: 'after' as const },
  ]);
}

async function dieDuring(point: KillPoint, call: (client: Client) => Promise<common.Status>) {
  const process = new DyingProcess(point);
  const running = await cluster.startRootCoord(
    { ddlDeadlineMs: 300 },
    { store: process.store(cluster.store), stream: process.stream(cluster.stream) },
  );
  const status = await call(running.call);
  // Drops go on behind the call.
  await expect.poll(async () => process.isDead || (await leftovers()) === 0).toBe(true);
  await running.stop();
  return status;
}

type Client = Awaited<ReturnType<LocalCluster['startRootCoord']>>['call'];

async function leftovers(): Promise<number> {
  const { kvs } = await cluster.store.range({ prefix: 'by-dev/meta/root-coord/' });
  return kvs.length;
}

describe('a RootCoord that dies while it creates a collection', () => {
  it.each(createSteps)('$moment step $step: is finished or undone, and can be asked again', async (point) => {
    const process = new DyingProcess(point);
    const running = await cluster.startRootCoord(
      { ddlDeadlineMs: 300 },
      { store: process.store(cluster.store), stream: process.stream(cluster.stream) },
    );
    const status = await running.call.createCollection(aCollection('books'));
    expect(status.errorCode === Success).toBe(!process.isDead);
    await running.stop();

    const { call } = await cluster.startRootCoord();
    expect((await call.createCollection(aCollection('books'))).errorCode).toBe(Success);
    const shown = await call.showCollections({});
    expect(shown.collectionNames).toEqual(['books']);
    const [collectionID = 0n] = shown.collectionIds;
    expect(cluster.watched.some((request) => request.collectionID === collectionID)).toBe(true);
    const described = await call.describeCollection({ collectionID });
    expect(described.startPositions).toHaveLength(2);
    expect((await call.showPartitions({ collectionID })).partitionNames).toEqual(['_default']);
    // Nothing of another attempt stays.
    await expect
      .poll(
        async () => (await cluster.store.range({ prefix: 'by-dev/meta/root-coord/collection/' })).kvs.length,
      )
      .toBe(1);
  });

  it('finishes a stored one without being asked', async () => {
    const process = new DyingProcess({ step: 3, moment: 'after' });
    const running = await cluster.startRootCoord(
      {},
      { store: process.store(cluster.store), stream: process.stream(cluster.stream) },
    );
    expect((await running.call.createCollection(aCollection('books'))).errorCode).not.toBe(Success);
    await running.stop();
    const { call } = await cluster.startRootCoord();
    await expect.poll(async () => (await call.hasCollection({ collectionName: 'books' })).value).toBe(true);
    expect(cluster.watched).toHaveLength(1);
  });
});

describe('a RootCoord that dies while it drops a collection', () => {
  it.each(dropSteps)('$moment step $step: the drop is complete or did not happen', async (point) => {
    const first = await cluster.startRootCoord();
    await first.call.createCollection(aCollection('books'));
    await first.stop();
    const status = await dieDuring(point, (call) => call.dropCollection({ collectionName: 'books' }));

    const { call } = await cluster.startRootCoord();
    if (status.errorCode !== Success) await call.dropCollection({ collectionName: 'books' });
    expect((await call.hasCollection({ collectionName: 'books' })).value).toBe(false);
    await expect.poll(leftovers).toBe(0);
    const types = (await cluster.headers(ch0)).map(({ msgType }) => msgType);
    expect(types).toContain(MsgType.DropCollection);
  });
});

describe('a RootCoord that dies while it drops a partition', () => {
  it.each(partitionSteps)('$moment step $step: the drop is complete or did not happen', async (point) => {
    const partition = { collectionName: 'books', partitionName: 'y2026' };
    const first = await cluster.startRootCoord();
    await first.call.createCollection(aCollection('books'));
    await first.call.createPartition(partition);
    const { partitionIDs } = await first.call.showPartitions({ collectionName: 'books' });
    await first.stop();
    const process = new DyingProcess(point);
    const dying = await cluster.startRootCoord(
      {},
      { store: process.store(cluster.store), stream: process.stream(cluster.stream) },
    );
    const status = await dying.call.dropPartition(partition);
    const key = `by-dev/meta/root-coord/partitions/`;
    const left = async () => (await cluster.store.range({ prefix: key })).kvs.length;
    await expect.poll(async () => process.isDead || (await left()) === 1).toBe(true);
    await dying.stop();

    const { call } = await cluster.startRootCoord();
    if (status.errorCode !== Success) await call.dropPartition(partition);
    expect((await call.hasPartition(partition)).value).toBe(false);
    await expect.poll(left).toBe(1);
    expect((await call.showPartitions({ collectionName: 'books' })).partitionIDs).toEqual([partitionIDs[0]]);
  });
});

describe('a write whose answer was lost', () => {
  it('is found before the next call decides: no second partition of the same name', async () => {
    const { store } = cluster;
    let loses = false;
    const lossy = new Proxy(store, {
      get(target, name) {
        if (name !== 'transact') {
          const member: unknown = Reflect.get(target, name);
          return typeof member === 'function' ? member.bind(target) : member;
        }
        return async (transaction: Parameters<typeof store.transact>[0]) => {
          const result = await store.transact(transaction);
          const isCatalog = transaction.writes.some(
            (write) => 'put' in write && write.put.includes('/root-coord/'),
          );
          if (!loses || !isCatalog) return result;
          loses = false;
          throw new Error('connection reset');
        };
      },
    });
    const { call } = await cluster.startRootCoord({}, { store: lossy });
    await call.createCollection(aCollection('books'));
    loses = true;
    const partition = { collectionName: 'books', partitionName: 'y2026' };
    expect((await call.createPartition(partition)).errorCode).not.toBe(Success);
    expect((await call.createPartition(partition)).errorCode).toBe(Success);
    const { kvs } = await store.range({ prefix: 'by-dev/meta/root-coord/partitions/' });
    expect(kvs).toHaveLength(2);
  });
});

describe('a RootCoord that lost its session', () => {
  it('writes nothing any more, and ends', async () => {
    const { call } = await cluster.startRootCoord();
    await call.createCollection(aCollection('books'));
    await cluster.store.transact({ writes: [{ delete: 'by-dev/meta/session/rootcoord' }] });
    const status = await call.dropCollection({ collectionName: 'books' }).catch(() => undefined);
    expect(status?.errorCode).not.toBe(Success);
    const next = await cluster.startRootCoord();
    expect((await next.call.hasCollection({ collectionName: 'books' })).value).toBe(true);
  });
});
