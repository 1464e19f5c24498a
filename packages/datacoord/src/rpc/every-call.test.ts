import { type Logger, silentLogger } from '@millrace/core';
import { common, data, dataService } from '@millrace/proto';
import { Comparison } from '@millrace/proto/testing/compare-recorded';
import { connect, type RpcClient, stateCodes } from '@millrace/runtime';
import { describeEveryCall } from '@millrace/runtime/testing/every-call';
import { RawClient } from '@millrace/runtime/testing/raw-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ComponentState, guarded } from '../component-state.ts';
import { defaultDataCoordSettings } from '../settings.ts';
import { Harness } from '../testing/harness.ts';
import { probeLikeness } from '../testing/probe-likeness.ts';
import { ReplayedCluster } from '../testing/replayed-cluster.ts';

const unguarded = [
  'getComponentStates',
  'getTimeTickChannel',
  'getStatisticsChannel',
  'getStatsChannel',
  'getSegmentInfoChannel',
  'unsetIsImportingState',
  'markSegmentsDropped',
  'checkHealth',
  'getMetrics',
];

async function served() {
  const cluster = await Harness.start();
  await cluster.join('a');
  await cluster.watch();
  return {
    address: cluster.address,
    isAlive: async () => (await cluster.call.getComponentStates({})).state?.stateCode === stateCodes.Healthy,
    close: () => cluster.end(),
  };
}

describeEveryCall('DataCoord', data.DataCoordService, served);
describeEveryCall('the older Data Service', dataService.DataServiceService, served);

describe('a DataCoord that is not healthy', () => {
  it.each(['Initializing', 'StandBy', 'Stopping', 'Abnormal'] as const)(
    'refuses guarded calls while %s, with the text peers retry at',
    (state) => {
      const component = new ComponentState('datacoord');
      component.nodeID = 7n;
      component.state = state;
      const answers = Object.fromEntries(
        Object.keys(data.DataCoordService).map((name) => [name, () => ({})]),
      );
      for (const [name, handler] of Object.entries(guarded(component, answers))) {
        const ask = () => (handler as () => unknown)();
        if (unguarded.includes(name)) expect(ask()).toEqual({});
        else
          expect(ask, name).toThrow(`role datacoord[nodeID: 7] is not serving, reason: sate code: ${state}`);
      }
    },
  );
});

describe('the log of a DataCoord', () => {
  it('tells no refusal as a fault of its own', async () => {
    const faults: unknown[] = [];
    const log: Logger = { ...silentLogger, error: (fields) => faults.push(fields), child: () => log };
    const { compaction } = defaultDataCoordSettings;
    const cluster = await Harness.start({ compaction: { ...compaction, enabled: false } }, { log });
    const client = new RawClient(cluster.address);
    for (const { path } of Object.values(data.DataCoordService)) await client.send(path, Buffer.alloc(0));
    await cluster.call.unsetIsImportingState({ segmentIds: [4_242_424_242n] });
    client.close();
    await cluster.end();
    expect(faults).toEqual([]);
  });
});

describe('a DataCoord that still reads its metadata', () => {
  const refusal = {
    errorCode: common.ErrorCode.NotReadyServe,
    reason: 'role datacoord[nodeID: 7] is not serving, reason: sate code: Initializing',
  };
  let cluster: ReplayedCluster;
  let release: () => void;
  let started: Promise<void>;
  let today: RpcClient<typeof data.DataCoordService>;
  beforeEach(async () => {
    cluster = new ReplayedCluster(new Comparison(probeLikeness), 1_000_000);
    ({ release } = cluster.holdBack());
    started = cluster.start(7n);
    await expect.poll(() => cluster.state()).toMatchObject({ nodeID: 7n });
    today = connect(data.DataCoordService, cluster.harness.address);
  });
  afterEach(async () => {
    today.close();
    release();
    await started;
    await cluster.end();
  });

  it.each([...Object.entries(data.DataCoordService), ...Object.entries(dataService.DataServiceService)])(
    'says so to %s, unless that answers in every state',
    async (name, method) => {
      const client = new RawClient(cluster.harness.address);
      const answer = await client.send(method.path, Buffer.alloc(0));
      client.close();
      const message: object | undefined =
        'bytes' in answer ? method.responseDeserialize(answer.bytes) : undefined;
      const status = message !== undefined && 'status' in message ? message.status : message;
      if (!unguarded.includes(name) || name === 'getMetrics') expect(status).toEqual(refusal);
      else expect(status).not.toMatchObject({ errorCode: common.ErrorCode.NotReadyServe });
    },
  );

  it('names itself to GetMetrics all the same', async () => {
    expect(await today.call.getMetrics({})).toEqual({
      status: refusal,
      response: '',
      componentName: 'datacoord7',
    });
  });

  it('is not healthy to CheckHealth, which fills no status', async () => {
    expect(await today.call.checkHealth({})).toMatchObject({
      status: undefined,
      isHealthy: false,
      reasons: ['role datacoord[nodeID: 7] is unhealthy, reason: datacoord is closed'],
    });
  });

  it('takes no segments from MarkSegmentsDropped and UnsetIsImportingState: it does not know them yet', async () => {
    expect(await today.call.markSegmentsDropped({ segmentIds: [5n] })).toEqual(refusal);
    expect(await today.call.unsetIsImportingState({ segmentIds: [5n] })).toEqual(refusal);
  });
});
