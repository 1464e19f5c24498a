import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Harness } from '../testing/harness.ts';

describe('CheckHealth', () => {
  let cluster: Harness;
  beforeEach(async () => {
    cluster = await Harness.start();
  });
  afterEach(() => cluster.end());

  const answer = () => cluster.call.checkHealth({});

  it('is healthy without a DataNode, and fills no status', async () => {
    expect(await answer()).toEqual({ status: undefined, isHealthy: true, reasons: [], quotaStates: [] });
  });

  it('is healthy with DataNodes that are', async () => {
    const node = await cluster.join('a');
    await cluster.watch();
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID).toBe(node.session.serverID);
    expect(await answer()).toMatchObject({ isHealthy: true, reasons: [] });
  });

  it('names a DataNode that is not, with its state code', async () => {
    const node = await cluster.join('a');
    node.stateCode = 2;
    const reason = `role datanode[nodeID: ${node.session.serverID}] is unhealthy, reason: node is unhealthy, state code: 2`;
    await expect.poll(async () => (await answer()).reasons).toEqual([reason]);
    expect((await answer()).isHealthy).toBe(false);
  });

  it('goes on to name it after a restart', async () => {
    const node = await cluster.join('a');
    node.stateCode = 2;
    await cluster.restart();
    await expect
      .poll(async () => (await answer()).reasons, { timeout: 15_000, interval: 10 })
      .toHaveLength(1);
    node.stateCode = 1;
    expect(await answer()).toMatchObject({ isHealthy: true, reasons: [] });
  });

  it('names one that does not answer', async () => {
    const node = await cluster.join('a');
    node.stateCode = undefined;
    await expect
      .poll(async () => (await answer()).reasons[0])
      .toMatch(`role datanode[nodeID: ${node.session.serverID}] is unhealthy, reason: inner error: `);
  });
});
