import { availableParallelism } from 'node:os';
import { seededRandom, silentLogger } from '@millrace/core';
import { createDataNode, defaultDataNodeSettings, StreamPacks, WorkerPoolEncoder } from '@millrace/datanode';
import { MemoryMetaStore } from '@millrace/metastore';
import { common, data } from '@millrace/proto';
import { realClock } from '@millrace/runtime';
import { LocalObjectStore, type ObjectStore } from '@millrace/storage';
import { MemoryStream } from '@millrace/stream';
import { dataCoord, rootCoord } from '../datanode/coordinators.ts';
import { discarding } from '../datanode/discarding-store.ts';
import { collectionID, collectionSchema, partitionID, pchannel } from '../datanode/rows.ts';
import { serveProbe } from '../probe-child.ts';

/** Arguments: directory of the files; bytes of the node's memory budget; rows in the files. Outputs are thrown away. */
await serveProbe(async ([directory = '', budget = '', rows = '']) => {
  const files = new LocalObjectStore({ directory });
  const objectStore: ObjectStore = {
    ...discarding,
    get: (key, options) => files.get(key, options),
    stat: (key) => files.stat(key),
  };
  const encoder = new WorkerPoolEncoder({
    workers: availableParallelism(),
    idleBytesMax: Number(budget) / 4,
  });
  const stream = new MemoryStream();
  const node = createDataNode(
    { ...defaultDataNodeSettings, memoryBytesMax: Number(budget) },
    {
      nodeID: 5n,
      clock: realClock,
      random: seededRandom(1),
      log: silentLogger,
      metaStore: new MemoryMetaStore({ clock: realClock }),
      stream,
      packs: new StreamPacks({ stream, log: silentLogger }),
      objectStore,
      rootCoord: rootCoord(collectionSchema),
      dataCoord: dataCoord(() => undefined),
      encoder,
    },
  );
  const stopping = new AbortController();
  const ended = node.run(stopping.signal);
  const context = { signal: stopping.signal, peer: 'bench' };
  return {
    /** @param argument paths of the files, separated by commas */
    async run(argument) {
      const importTask = data.ImportTask.fromPartial({
        taskId: 1n,
        collectionId: collectionID,
        partitionId: partitionID,
        channelNames: [0, 1].map((shard) => `${pchannel}_${collectionID}v${shard}`),
        files: argument.split(','),
      });
      const status = await node.handlers.import?.({ base: undefined, importTask, workingNodes: [] }, context);
      if ((status?.errorCode ?? common.ErrorCode.Success) !== common.ErrorCode.Success)
        throw new Error(status?.reason);
      return { units: Number(rows), extra: { budgetPeakBytes: node.budget.peakBytes } };
    },
    async stop() {
      stopping.abort();
      await ended;
      await encoder.close();
    },
  };
});
