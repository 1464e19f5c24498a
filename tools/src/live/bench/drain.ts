import { common, data, milvus } from '@millrace/proto';
import { EngineError } from '../../engines/engine.ts';
import type { Piece, Stage } from '../pieces.ts';
import { processorMs } from '../processor-time.ts';
import { until } from '../until.ts';
import { type CoordinatorClient, check, coordinatorClient } from './coordinator-client.ts';
import { createCollection } from './create-collection.ts';
import { record } from './figures.ts';
import { inTurn } from './in-turn.ts';
import { processMemory } from './process-memory.ts';
import type { Side } from './sides.ts';

const rows = 400_000;
const drainDeadlineMs = 180_000;

/** Rows that wait in Kafka while there is no DataNode: how one that comes gets them into flushed segments. */
export const drain: Piece = (stage) =>
  inTurn(
    stage,
    { peers: ['rootcoord', 'others', 'proxy'], roles: ({ datacoord }) => [datacoord] },
    async (side, user) => {
      const { cluster } = stage;
      const name = `drain_${side.name}`;
      const { id } = await createCollection(cluster, user, name, 2);
      await user.ask('insert', { name: `${name}_0`, rows });
      const coordinator = await coordinatorClient(cluster);
      await measure(stage, side, coordinator, id);
      coordinator.client.close();
      await cluster.stop(side.datanode);
    },
  );

async function measure(
  { cluster, report, run }: Stage,
  side: Side,
  { client }: CoordinatorClient,
  collectionID: bigint,
): Promise<void> {
  const sealed = await client.call.flush(data.FlushRequest.fromPartial({ collectionID }));
  check('Flush', sealed.status);
  const { segmentIDs } = sealed;
  if (segmentIDs.length === 0) throw new EngineError('no segment waits for its rows');
  await cluster.start(side.datanode);
  const group = cluster.process(side.datanode).pid;
  // It has its session: what it used for its own start is not the rows'.
  const before = await processorMs(group);
  const startMs = performance.now();
  await report.step(`${side.name}: ${rows} rows are flushed`, () =>
    until(
      'every segment is flushed',
      drainDeadlineMs,
      async () => {
        const state = await client.call.getFlushState(
          milvus.GetFlushStateRequest.fromPartial({ segmentIDs }),
        );
        return state.flushed && state.status?.errorCode === common.ErrorCode.Success;
      },
      undefined,
      20,
    ),
  );
  const seconds = (performance.now() - startMs) / 1000;
  const micros = (((await processorMs(group)) - before) * 1000) / rows;
  const { peakBytes } = await processMemory(group);
  const saved = await rowsOf(client, segmentIDs);
  if (saved !== BigInt(rows)) throw new EngineError(`${saved} rows were flushed, not ${rows}`);
  const of = { side: side.name, better: 'less' } as const;
  const what = `DataNode: ${rows.toLocaleString('en-US')} rows of 128-d from Kafka to flushed`;
  await record(run.directory, { ...of, what, unit: 's', value: seconds, goal: '≤ 2.5 s' });
  await record(run.directory, {
    ...of,
    what: `${what}, CPU per row`,
    unit: 'µs',
    value: micros,
    goal: '≤ 4 µs',
  });
  const megabytes = peakBytes / 1e6;
  await record(run.directory, {
    ...of,
    what: `${what}, peak memory`,
    unit: 'MB',
    value: megabytes,
    goal: '≤ 400 MB',
  });
}

async function rowsOf(client: CoordinatorClient['client'], segmentIDs: readonly bigint[]): Promise<bigint> {
  const { infos, status } = await client.call.getSegmentInfo(
    data.GetSegmentInfoRequest.fromPartial({ segmentIDs: [...segmentIDs] }),
  );
  check('GetSegmentInfo', status);
  return infos.reduce((sum, { numOfRows }) => sum + numOfRows, 0n);
}
