import { type Logger, silentLogger } from '@millrace/core';
import { common, data, legacy } from '@millrace/proto';
import { describeEveryCall } from '@millrace/runtime/testing/every-call';
import { RawClient } from '@millrace/runtime/testing/raw-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompactionScene } from '../testing/compaction-scene.ts';
import { OldStyleCoordinator } from '../testing/old-coordinator.ts';
import { served } from '../testing/served-node.ts';
import { TestCluster, type TestNode } from '../testing/test-node.ts';

/** A node that reads one channel. */
describeEveryCall('DataNode', data.DataNodeService, async () => {
  const scene = await CompactionScene.start({ channelWaitMs: 20 });
  return {
    address: scene.address,
    isAlive: async () =>
      (await scene.call.getComponentStates({})).state?.stateCode === common.StateCode.Healthy,
    close: () => scene.stop(),
  };
});

describeEveryCall('the older DataNode', legacy.DataNodeService, async () => {
  const cluster = new TestCluster();
  const coordinator = await OldStyleCoordinator.of(cluster, cluster.start());
  return {
    address: coordinator.address,
    isAlive: async () =>
      (await coordinator.call.getComponentStates({})).state?.stateCode === legacy.StateCode.HEALTHY,
    async close() {
      await coordinator.stop();
      await cluster.stop();
    },
  };
});

describe('the log of a DataNode', () => {
  it('tells no refusal as a fault of its own', async () => {
    const faults: unknown[] = [];
    const log: Logger = { ...silentLogger, error: (fields) => faults.push(fields), child: () => log };
    const cluster = new TestCluster();
    const server = await served(cluster.start({ channelWaitMs: 20 }), log);
    const client = new RawClient(server.address);
    for (const { path } of Object.values(data.DataNodeService)) await client.send(path, Buffer.alloc(0));
    client.close();
    await server.close();
    await cluster.stop();
    expect(faults).toEqual([]);
  });
});

/** They answer in every state. */
const unguarded = ['getComponentStates', 'getStatisticsChannel', 'resendSegmentStats'];
const ownText: Readonly<Record<string, string>> = { flushSegments: 'DataNode is not ready yet' };

describe('a DataNode that has stopped', () => {
  let node: TestNode;
  let server: Awaited<ReturnType<typeof served>>;
  let client: RawClient;
  beforeEach(async () => {
    node = new TestCluster().start();
    server = await served(node);
    client = new RawClient(server.address);
    await node.kill();
  });
  afterEach(async () => {
    client.close();
    await server.close();
  });

  it.each(Object.entries(data.DataNodeService))(
    'refuses %s, with the text peers know',
    async (name, method) => {
      const answer = await client.send(method.path, Buffer.alloc(0));
      const message = 'bytes' in answer ? method.responseDeserialize(answer.bytes) : undefined;
      const status = message !== undefined && 'status' in message ? message.status : message;
      if (unguarded.includes(name)) expect(status).toMatchObject({ errorCode: common.ErrorCode.Success });
      else
        expect(status).toMatchObject({
          errorCode: name in ownText ? common.ErrorCode.UnexpectedError : common.ErrorCode.NotReadyServe,
          reason: ownText[name] ?? 'role datanode[nodeID: 0] is not serving, reason: sate code: Abnormal',
        });
    },
  );
});
