import type { ProcessName } from '../live-cluster.ts';
import type { Piece, Stage } from '../pieces.ts';
import { assignCalls } from './assign-calls.ts';
import { check, coordinatorClient, dataNodeID } from './coordinator-client.ts';
import { createCollection, type LiveCollection } from './create-collection.ts';
import { inTurn } from './in-turn.ts';
import { saveCalls, savesWithoutUs } from './save-calls.ts';
import type { Side } from './sides.ts';

const channelCount = 200;
const topics = 16;

/** The DataNode that has the channels is the same on both sides, so that only the coordinator differs. */
const node: ProcessName = 'our-datanode-1';

/** The calls of the write path, from a load that costs less than what it measures. */
export const calls: Piece = async (stage) => {
  let collection: LiveCollection | undefined;
  await inTurn(
    stage,
    { peers: ['rootcoord', 'others', 'proxy', node], roles: ({ datacoord }) => [datacoord] },
    async (side, user) => {
      collection ??= await createCollection(stage.cluster, user, 'calls', 1);
      await measure(stage, side, collection);
    },
  );
  await savesWithoutUs(stage);
};

async function measure(stage: Stage, side: Side, { id, schema }: LiveCollection): Promise<void> {
  const coordinator = await coordinatorClient(stage.cluster);
  // As many shards as two hundred collections have; nobody but DataCoord and the DataNode hears of them.
  const shards = Array.from({ length: channelCount }, (_, at) => ({
    topic: `by-dev-rootcoord-dml_${at % topics}`,
    channel: `by-dev-rootcoord-dml_${at % topics}_${id}v${at}`,
  }));
  const channels = shards.map(({ channel }) => channel);
  try {
    const watched = await coordinator.client.call.watchChannels({
      collectionID: id,
      channelNames: channels,
      startPositions: shards.map(({ topic }) => ({ key: topic, data: Buffer.alloc(8) })),
      schema,
    });
    check('WatchChannels', watched.status);
    await assignCalls(stage, side, coordinator, id, channels);
    const nodeID = await dataNodeID(stage.cluster);
    await saveCalls(stage, side, coordinator, { nodeID, collectionID: id, partitionID: id + 1n, channels });
  } finally {
    coordinator.client.close();
  }
}
