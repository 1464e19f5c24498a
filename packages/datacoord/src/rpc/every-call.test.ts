import { data, dataService } from '@millrace/proto';
import { stateCodes } from '@millrace/runtime';
import { describeEveryCall } from '@millrace/runtime/testing/every-call';
import { describe, expect, it } from 'vitest';
import { ComponentState, guarded } from '../component-state.ts';
import { Harness } from '../testing/harness.ts';

const unguarded = [
  'getComponentStates',
  'getTimeTickChannel',
  'getStatisticsChannel',
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
