import { seededRandom } from '@millrace/core';
import { registerSession } from '@millrace/metastore';
import { data, internal } from '@millrace/proto';
import { connect, realClock } from '@millrace/runtime';
import { collectionID, collectionSchema, partitionID } from '../assign/collection.ts';
import { closedLoop, type Loop } from '../load/closed-loop.ts';
import { faultOfStatus, positionAt, SavingNode } from '../load/saving-node.ts';
import { openBenchStore } from '../open-store.ts';
import { serveProbe } from '../probe-child.ts';

const channelCount = 200;
const durationMs = 1_500;
/** As the store's default. */
const metaRoot = 'by-dev/meta';

/** Takes a DataNode's place, by its session alone. Arguments: address of the DataCoord, kind and place of its store. A run is told a call and how many are in flight. */
await serveProbe(async ([address = '', kind = '', place = '']) => {
  const store = openBenchStore(kind, place);
  const stopping = new AbortController();
  const session = await registerSession(
    { store, clock: realClock, random: seededRandom(1) },
    metaRoot,
    { role: 'datanode', address: '127.0.0.1:1' },
    stopping.signal,
  );
  const client = connect(data.DataCoordService, address);
  const channels = Array.from(
    { length: channelCount },
    (_, at) => `by-dev-rootcoord-dml_${at}_${collectionID}v${at}`,
  );
  await client.call.watchChannels({
    collectionID,
    channelNames: channels,
    startPositions: [],
    schema: collectionSchema,
  });
  const node = await SavingNode.open(client, {
    nodeID: session.serverID,
    collectionID,
    partitionID,
    channels,
  });
  let number = 0n;
  let infoBytes = 0;
  const loops: Readonly<Record<string, Pick<Loop, 'path' | 'request' | 'fault'>>> = {
    save: {
      path: data.DataCoordService.saveBinlogPaths.path,
      request: (call) => node.save(call),
      fault: faultOfStatus,
    },
    checkpoint: {
      path: data.DataCoordService.updateChannelCheckpoint.path,
      request: (call) => {
        const vChannel = channels[call % channels.length] ?? '';
        const position = internal.MsgPosition.fromPartial(positionAt(vChannel, ++number));
        return data.UpdateChannelCheckpointRequest.encode(
          data.UpdateChannelCheckpointRequest.fromPartial({ vChannel, position }),
        ).finish();
      },
      fault: faultOfStatus,
    },
    info: {
      path: data.DataCoordService.getSegmentInfo.path,
      request: (call) =>
        data.GetSegmentInfoRequest.encode(
          data.GetSegmentInfoRequest.fromPartial({
            segmentIDs: [node.segmentIDs[call % node.segmentIDs.length] ?? 0n],
          }),
        ).finish(),
      fault: ({ length }) => {
        infoBytes = length;
        return length > 100 ? undefined : `a call was answered with ${length} bytes`;
      },
    },
    nothing: {
      path: data.DataCoordService.getComponentStates.path,
      request: () => new Uint8Array(),
      fault: ({ length }) => (length > 0 ? undefined : 'a call was refused'),
    },
  };
  return {
    async run(argument) {
      const [name = '', inFlight] = argument.split(' ');
      const loop = loops[name];
      if (loop === undefined) throw new Error(`there is no call ${name}`);
      const { calls } = await closedLoop({ ...loop, address, inFlight: Number(inFlight), durationMs });
      return name === 'info' ? { units: calls, extra: { answerBytes: infoBytes } } : calls;
    },
    async stop() {
      client.close();
      await session.close();
      stopping.abort();
      await store.close();
    },
  };
});
