import { availableParallelism } from 'node:os';
import { seededRandom, silentLogger } from '@millrace/core';
import { createDataNode, defaultDataNodeSettings, StreamPacks, WorkerPoolEncoder } from '@millrace/datanode';
import { MemoryMetaStore, metaKeys } from '@millrace/metastore';
import { data } from '@millrace/proto';
import { realClock } from '@millrace/runtime';
import { LocalObjectStore, type ObjectStore } from '@millrace/storage';
import { MemoryStream, offsetID } from '@millrace/stream';
import { dataCoord, rootCoord } from '../datanode/coordinators.ts';
import { discarding } from '../datanode/discarding-store.ts';
import { collectionID, collectionSchema, pchannel, tick, vchannel } from '../datanode/rows.ts';
import { serveProbe } from '../probe-child.ts';
import { rowsOfPlan } from './sources.ts';

/** Arguments: directory of the sources; the plan's segments, encoded. Outputs are thrown away. */
await serveProbe(async ([directory = '', plan = '']) => {
  const files = new LocalObjectStore({ directory: directory });
  const objectStore: ObjectStore = {
    ...discarding,
    get: (key, options) => files.get(key, options),
  };
  const encoder = new WorkerPoolEncoder({ workers: availableParallelism() });
  const metaStore = new MemoryMetaStore({ clock: realClock });
  const stream = new MemoryStream();
  const node = createDataNode(defaultDataNodeSettings, {
    nodeID: 5n,
    clock: realClock,
    random: seededRandom(1),
    log: silentLogger,
    metaStore,
    stream,
    packs: new StreamPacks({ stream, log: silentLogger }),
    objectStore,
    rootCoord: rootCoord(),
    dataCoord: dataCoord(() => undefined),
    encoder,
  });
  const stopping = new AbortController();
  const ended = node.run(stopping.signal);
  const seekPosition = {
    channelName: pchannel,
    msgID: Buffer.from(offsetID(0n)),
    msgGroup: '',
    timestamp: 0n,
  };
  const assignment = data.ChannelWatchInfo.fromPartial({
    vchan: { collectionID, channelName: vchannel, seekPosition },
    state: data.ChannelWatchState.ToWatch,
    schema: collectionSchema,
  });
  await stream.publish(pchannel, [tick(1)]);
  const put = metaKeys().key.channelWatch({ nodeID: 5n, vchannel });
  await metaStore.transact({ writes: [{ put, value: data.ChannelWatchInfo.encode(assignment).finish() }] });
  while (node.channels()[0]?.tick === undefined) await realClock.sleep(2);

  const context = { signal: stopping.signal, peer: 'bench' };
  const request = data.CompactionPlan.decode(Buffer.from(plan, 'base64'));
  let planID = 1n;
  return {
    async run() {
      // A plan for the same segments overtakes the one before.
      await node.handlers.compaction?.({ ...request, planID: ++planID }, context);
      for (;;) {
        const answer = await node.handlers.getCompactionState?.({ base: undefined }, context);
        const state = answer?.results?.find((one) => one.planID === planID);
        if (state === undefined) throw new Error('the plan failed');
        if (state.result !== undefined) return rowsOfPlan;
        await realClock.sleep(2);
      }
    },
    async stop() {
      stopping.abort();
      await ended;
      await encoder.close();
    },
  };
});
