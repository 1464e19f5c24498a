import { composeTimestamp } from '@millrace/core';
import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Harness, positionAt, savedBatch } from '../testing/harness.ts';

describe('GetMetrics', () => {
  let cluster: Harness;
  beforeEach(async () => {
    cluster = await Harness.start();
  });
  afterEach(() => cluster.end());

  const ask = (request: string) => cluster.call.getMetrics({ request });

  it('gives the coordinator and its nodes as the quota centre reads them', async () => {
    const node = await cluster.join('a');
    await expect
      .poll(async () => {
        const { response } = await ask('{"metric_type":"system_info"}');
        return JSON.parse(response).cluster.connected_nodes.length;
      })
      .toBe(1);
    const { componentName, response } = await ask('{"metric_type":"system_info"}');
    const topology = JSON.parse(response);
    expect(componentName).toMatch(/^datacoord\d+$/);
    expect(topology.cluster.self).toMatchObject({
      has_error: false,
      name: componentName,
      type: 'datacoord',
      system_configurations: { segment_max_size: 1 },
      quota_metrics: { TotalBinlogSize: 0 },
    });
    // This one serves no GetMetrics: it is named with its error.
    expect(topology.cluster.connected_nodes).toMatchObject([
      { has_error: true, name: `datanode${node.session.serverID}` },
    ]);
    expect(topology.connections).toEqual({ name: componentName, connected_components: [] });
  });

  it('tells the bytes of the logs there are now, however often they are saved, over a restart', async () => {
    const node = await cluster.join('a');
    await cluster.watch();
    await expect.poll(async () => (await cluster.watchInfo())?.nodeID).toBe(node.session.serverID);
    const bytes = async () => {
      const { response } = await ask('{"metric_type":"system_info"}');
      return JSON.parse(response).cluster.self.quota_metrics.TotalBinlogSize;
    };
    expect(await bytes()).toBe(0);
    const segmentID = (await cluster.assign(10))[0]?.segID ?? 0n;
    const position = positionAt(composeTimestamp(1_000));
    await cluster.call.saveBinlogPaths(savedBatch(node, segmentID, 50, 10, position));
    const once = await bytes();
    expect(once).toBeGreaterThan(0);
    expect(await bytes()).toBe(once);
    await cluster.call.saveBinlogPaths(savedBatch(node, segmentID, 90, 10, position));
    expect(await bytes()).toBe(2 * once);
    await cluster.restart();
    expect(await bytes()).toBe(2 * once);
    await cluster.call.setSegmentState({ segmentId: segmentID, newState: common.SegmentState.Dropped });
    expect(await bytes()).toBe(0);
  });

  it.each([
    ['a type that is no string, which ends the original', '{"metric_type":5}', /not implemented$/],
    ['another type', '{"metric_type":"weather"}', /^sorry, but this metric type is not implemented$/],
    ['no type', '{}', /^metric_type not found in request$/],
    ['no object', '5', /^metric_type not found in request$/],
    ['nothing', '', /^failed to decode the request: unexpected end of JSON input$/],
    ['no JSON', 'x', /^failed to decode the request: invalid character 'x' looking for beginning of value$/],
  ])('refuses %s, and lives', async (_, request, reason) => {
    const { status, componentName } = await ask(request);
    expect(componentName).toMatch(/^datacoord\d+$/);
    expect(status?.errorCode).toBe(common.ErrorCode.UnexpectedError);
    expect(status?.reason).toMatch(reason);
    expect((await cluster.call.getComponentStates({})).state?.stateCode).toBe(1);
  });
});
