import { Client, credentials } from '@grpc/grpc-js';
import { legacy } from '@millrace/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OldApiScene } from '../testing/old-api-scene.ts';

describe('a DataNode under an old-style coordinator', () => {
  let scene: OldApiScene;
  beforeEach(async () => {
    scene = await OldApiScene.start();
  });
  afterEach(() => scene.end());

  it.each(Object.values(legacy.DataNodeService))(
    '$path outlives malformed bytes and ids that nobody has',
    async ({ path }) => {
      const client = new Client(scene.coordinator.address, credentials.createInsecure());
      const send = (bytes: Buffer) =>
        new Promise<number>((resolve) => {
          const same = (value: Buffer) => value;
          client.makeUnaryRequest(path, same, same, bytes, (error) => resolve(error?.code ?? 0));
        });
      for (const hex of ['ff', '0a', '0aff', '08ffffffffffffffffffff01', '12ffffffff0f', '00'])
        await send(Buffer.from(hex, 'hex'));
      for (const id of [-1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
        const request = legacy.FlushSegRequest.fromPartial({ dbID: id, collectionID: id, segmentIDs: [id] });
        // Fields of one call may be of another type in the next: then it answers that they are malformed.
        expect([0, 13]).toContain(await send(Buffer.from(legacy.FlushSegRequest.encode(request).finish())));
      }
      client.close();
      const { state } = await scene.call.getComponentStates({});
      expect(state?.stateCode).toBe(legacy.StateCode.HEALTHY);
    },
  );
});
