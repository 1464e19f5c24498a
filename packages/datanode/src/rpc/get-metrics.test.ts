import { common } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompactionScene, vchannel } from '../testing/compaction-scene.ts';

describe('GetMetrics', () => {
  let scene: CompactionScene;
  beforeEach(async () => {
    scene = await CompactionScene.start();
  });
  afterEach(() => scene.stop());

  it('gives the node as the quota centre reads it, with the channel that is furthest behind', async () => {
    const { componentName, response } = await scene.call.getMetrics({
      request: '{"metric_type":"system_info"}',
    });
    const { nodeID } = scene.node;
    expect(componentName).toBe(`datanode${nodeID}`);
    expect(JSON.parse(response)).toMatchObject({
      has_error: false,
      name: componentName,
      type: 'datanode',
      id: Number(nodeID),
      hardware_infos: { cpu_core_count: expect.any(Number), memory: expect.any(Number) },
      quota_metrics: { Fgm: { MinFlowGraphChannel: vchannel, NumFlowGraph: 1 } },
    });
  });

  it.each([
    ['a type that is no string', '{"metric_type":5}', /not implemented$/],
    ['no JSON', 'x', /^datanode GetMetrics failed, nodeID=5, err=failed to decode the request: invalid/],
  ])('refuses %s, and lives', async (_, request, reason) => {
    const { status } = await scene.call.getMetrics({ request });
    expect(status?.errorCode).toBe(common.ErrorCode.UnexpectedError);
    expect(status?.reason).toMatch(reason);
    expect((await scene.call.getComponentStates({})).state?.stateCode).toBe(1);
  });

  it('says that the node does not serve', async () => {
    await scene.node.kill();
    const { status } = await scene.call.getMetrics({ request: '{"metric_type":"system_info"}' });
    expect(status?.errorCode).toBe(common.ErrorCode.NotReadyServe);
  });
});
