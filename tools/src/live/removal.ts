import { listAll } from '@millrace/storage';
import { EngineError } from '../engines/engine.ts';
import type { LiveCluster } from './live-cluster.ts';
import type { Stage } from './pieces.ts';
import { until } from './until.ts';

/**
 * How long DataCoord keeps what is dropped. The original needs hours: asked for a collection with a segment whose compacted sources are gone
 * and whose index is not built yet, it looks for the sources and ends.
 */
export const shortRetention = { DATACOORD_GC_DROPTOLERANCE: '10' };
/**
 * … and what nobody names, for a DataCoord of the original that starts when all work is done: it gives a plan up that it looks for in the
 * instant it sends it, and what the DataNode then makes of it belongs to nobody.
 */
export const shortTolerance = { ...shortRetention, DATACOORD_GC_MISSINGTOLERANCE: '60' };

const deadlineMs = 180_000;

/** Drops collections and waits until garbage collection has removed their logs. */
export async function dropAndAwaitRemoval(
  { cluster, report }: Stage,
  collectionIDs: unknown,
  drop: () => Promise<unknown>,
): Promise<void> {
  const ids = Array.isArray(collectionIDs) ? collectionIDs.map(String) : [];
  for (const id of ids) {
    if ((await logsOf(cluster, id)).length === 0)
      throw new EngineError(`collection ${id} has no logs to remove`);
  }
  await drop();
  for (const id of ids) {
    await report.step(`no log of dropped collection ${id} is left`, () => untilLogsAreGone(cluster, id));
  }
}

async function untilLogsAreGone(cluster: LiveCluster, collectionID: string): Promise<void> {
  let left: readonly string[] = [];
  await until(
    `garbage collection removes the logs of collection ${collectionID}`,
    deadlineMs,
    async () => {
      left = await logsOf(cluster, collectionID);
      return left.length === 0;
    },
    () => `${left.length} are left, such as ${left[0]}`,
  );
}

async function logsOf({ objects, options }: LiveCluster, collectionID: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for (const kind of ['insert_log', 'stats_log', 'delta_log']) {
    const prefix = `${options['minio.rootPath']}/${kind}/${collectionID}/`;
    for await (const { key } of listAll(objects, prefix)) keys.push(key);
  }
  return keys;
}
