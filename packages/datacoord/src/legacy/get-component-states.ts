import { legacy } from '@millrace/proto';
import type { LegacyCall } from './call.ts';
import { oldStateCode } from './old-words.ts';

/** Where the server is in its life; answered in every state. */
export const getComponentStates: LegacyCall<'getComponentStates'> =
  ({ component }) =>
  () => ({
    state: legacy.ComponentInfo.fromPartial({
      nodeID: component.registered ? component.nodeID : -1n,
      role: 'dataservice',
      stateCode: oldStateCode(component.state),
    }),
  });
