import { common, data } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectionID, Harness, partitionID } from '../testing/harness.ts';

/** Long enough for a busy machine. */
const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 15_000, interval: 10 });

const { Success, UnexpectedError } = common.ErrorCode;

describe('Import', () => {
  let cluster: Harness;
  beforeEach(async () => {
    cluster = await Harness.start();
  });
  afterEach(() => cluster.end());

  const importTask = data.ImportTask.fromPartial({
    taskId: 7n,
    collectionId: collectionID,
    partitionId: partitionID,
    channelNames: ['c'],
    files: ['rows.json'],
    infos: [{ key: 'bucket', value: 'a-bucket' }],
  });
  const send = (workingNodes: bigint[] = []) => cluster.call.import({ importTask, workingNodes });

  it('is refused without a DataNode, with no reason, as by the original', async () => {
    expect((await send()).status).toEqual({ errorCode: UnexpectedError, reason: '' });
  });

  it('is refused while every node works on one', async () => {
    const node = await cluster.join('a');
    await eventually(async () => (await send()).status?.errorCode).toBe(Success);
    expect((await send([node.session.serverID])).status).toEqual({
      errorCode: UnexpectedError,
      reason:
        'all DataNodes are busy working on data import, the task has been rejected and wait for idle datanode',
    });
  });

  it('goes whole to a node that has none, which is named', async () => {
    const [busy, free] = [await cluster.join('a'), await cluster.join('b')];
    const working = [busy.session.serverID];
    await eventually(async () => (await send(working)).datanodeId).toBe(free.session.serverID);
    await eventually(() => free.imports[0]).toEqual(
      data.ImportTaskRequest.fromPartial({ importTask, workingNodes: working }),
    );
    expect(busy.imports).toEqual([]);
  });

  it('goes to the same nodes after a restart, which is told of the busy ones with the next task', async () => {
    const [busy, free] = [await cluster.join('a'), await cluster.join('b')];
    await cluster.restart();
    await eventually(async () => (await send([busy.session.serverID])).datanodeId).toBe(
      free.session.serverID,
    );
    expect(busy.imports).toEqual([]);
  });

  it('does not wait for the node, and outlives one that fails', async () => {
    const node = await cluster.join('a');
    node.imports.push = () => {
      throw new Error('no');
    };
    await eventually(async () => (await send()).datanodeId).toBe(node.session.serverID);
    expect((await cluster.call.getComponentStates({})).state?.stateCode).toBe(common.StateCode.Healthy);
  });
});
