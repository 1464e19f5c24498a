import { data } from '@millrace/proto';
import { connect } from '@millrace/runtime';
import { serveProbe } from '../probe-child.ts';
import { collectionNamed } from './collection.ts';

/** The call, its answer left as bytes: decoding it is the peer's business. */
const rawService = {
  getRecoveryInfoV2: {
    ...data.DataCoordService.getRecoveryInfoV2,
    responseDeserialize: (bytes: Buffer) => ({ bytes: bytes.length }),
  },
} as const;

/** Asks for the recovery information of the collection a run names. */
await serveProbe(async ([address = '']) => {
  const client = connect(rawService, address, { deadlineMs: 60_000 });
  return {
    async run(name) {
      const { id, segments } = collectionNamed(name);
      const { bytes } = await client.call.getRecoveryInfoV2({ collectionID: id });
      return { units: segments, extra: { bytes } };
    },
    stop: () => client.close(),
  };
});
