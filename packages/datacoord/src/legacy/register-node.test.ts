import { common, dataService } from '@millrace/proto';
import { connect, type RpcClient } from '@millrace/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Harness } from '../testing/harness.ts';

describe('RegisterNode of the older Data Service', () => {
  let cluster: Harness;
  let client: RpcClient<typeof dataService.DataServiceService>;
  beforeEach(async () => {
    cluster = await Harness.start();
    client = connect(dataService.DataServiceService, cluster.address);
  });
  afterEach(async () => {
    client.close();
    await cluster.end();
  });

  const restart = async () => {
    client.close();
    await cluster.restart();
    client = connect(dataService.DataServiceService, cluster.address);
  };
  /** Where nobody answers: what becomes of a node that does is in `old-nodes.test.ts`. */
  const register = async (port: number, ip = '127.0.0.1') =>
    client.call.registerNode({ address: { ip, port: BigInt(port) } });
  const recorded = async () => {
    const { kvs } = await cluster.store.range({ prefix: cluster.keys.prefix.legacyNodes() });
    return kvs.map(({ value }) => Buffer.from(value).toString());
  };

  it('gives an id of its own and the four parameters that nodes of then know', async () => {
    const { initParams: first } = await register(1);
    expect(first?.nodeID).toBeGreaterThan(0n);
    expect(first?.startParams).toEqual([
      { key: 'DDChannelName', value: 'by-dev-dataservice-dd-channel' },
      { key: 'SegmentStatisticsChannelName', value: 'by-dev-datacoord-statistics-channel' },
      { key: 'TimeTickChannelName', value: 'by-dev-dataservice-timetick-channel' },
      { key: 'CompleteFlushChannelName', value: 'by-dev-segment-info-channel' },
    ]);
    expect((await register(2)).initParams?.nodeID).not.toBe(first?.nodeID);
    expect(await recorded()).toEqual(['127.0.0.1:1', '127.0.0.1:2']);
  });

  it('gives another id to who registers again from an address, whose former one is forgotten', async () => {
    const first = (await register(1)).initParams?.nodeID ?? 0n;
    expect((await register(1)).initParams?.nodeID).toBeGreaterThan(first);
    expect(await recorded()).toEqual(['127.0.0.1:1']);
  });

  it('gives no id twice, over a restart, which remembers who is registered', async () => {
    const first = (await register(1)).initParams?.nodeID ?? 0n;
    await restart();
    expect((await register(2)).initParams?.nodeID).toBeGreaterThan(first);
    expect(await recorded()).toEqual(['127.0.0.1:1', '127.0.0.1:2']);
  });

  it('takes an address of IPv6', async () => {
    await register(1, '::1');
    expect(await recorded()).toEqual(['[::1]:1']);
  });

  it('refuses a node without an address at which it can be called', async () => {
    for (const address of [
      undefined,
      { ip: '', port: 1n },
      { ip: 'here', port: 0n },
      { ip: 'here', port: 65_536n },
      { ip: 'a/b', port: 1n },
    ]) {
      const { status, initParams } = await client.call.registerNode({ address });
      expect(status).toMatchObject({
        errorCode: common.ErrorCode.IllegalArgument,
        reason: expect.stringContaining('register with its ip and port'),
      });
      expect(initParams).toBeUndefined();
    }
    expect(await recorded()).toEqual([]);
  });

  describe('with nodes registered up to the most there may be', () => {
    const full = {
      errorCode: common.ErrorCode.UnexpectedError,
      reason: '256 nodes are registered: wait until those that ended are forgotten',
    };
    const fill = async (count: number) => {
      for (let port = 1; port <= count; port++) {
        const put = cluster.keys.key.legacyNode({ nodeID: BigInt(port) });
        await cluster.store.transact({ writes: [{ put, value: Buffer.from(`127.0.0.1:${port}`) }] });
      }
      await restart();
    };

    it('refuses another, and says when there is room again', async () => {
      await fill(256);
      expect(await register(257)).toEqual({ initParams: undefined, status: full });
    });

    it('takes one that registers again, in the place of its former one', async () => {
      await fill(256);
      expect((await register(256)).status?.errorCode).toBe(common.ErrorCode.Success);
      expect((await recorded()).length).toBe(256);
    });

    it('takes no more of many at once than there is room for', async () => {
      await fill(250);
      const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => register(1000 + at)));
      expect(answers.filter(({ status }) => status?.errorCode === full.errorCode)).toHaveLength(14);
      expect((await recorded()).length).toBe(256);
    });
  });
});
