import { stateCodes } from '@millrace/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Harness } from '../testing/harness.ts';

describe('GetComponentStates', () => {
  let cluster: Harness;
  beforeEach(async () => {
    cluster = await Harness.start();
  });
  afterEach(() => cluster.end());

  it('tells role, state and a node id that is larger with each start', async () => {
    const first = (await cluster.call.getComponentStates({})).state;
    expect(first).toMatchObject({ role: 'datacoord', stateCode: stateCodes.Healthy, extraInfo: [] });
    await cluster.restart();
    const second = (await cluster.call.getComponentStates({})).state;
    expect(second?.nodeID).toBeGreaterThan(first?.nodeID ?? 0n);
  });
});
