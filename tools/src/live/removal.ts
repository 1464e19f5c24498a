import { listAll, type ObjectStore } from '@millrace/storage';
import type { LiveCluster } from './live-cluster.ts';
import { until } from './until.ts';

/**
 * How long DataCoord keeps what is dropped. The original needs hours: asked for a collection with a segment whose compacted sources are gone
 * and whose index is not built yet, it looks for the sources and ends.
 */
export const shortRetention = { DATACOORD_GC_DROPTOLERANCE: '10' };

const deadlineMs = 180_000;

/** Waits until garbage collection has removed the logs of a dropped collection. */
export async function untilLogsAreGone(cluster: LiveCluster, collectionID: string): Promise<void> {
  const root = cluster.options['minio.rootPath'];
  let left: readonly string[] = [];
  await until(
    `garbage collection removes the objects of collection ${collectionID}`,
    deadlineMs,
    async () => {
      left = await logsOf(cluster.objects, root, collectionID);
      return left.length === 0;
    },
    () => `${left.length} are left, such as ${left[0]}`,
  );
}

async function logsOf(objects: ObjectStore, root: string, collectionID: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for (const kind of ['insert_log', 'stats_log', 'delta_log']) {
    for await (const { key } of listAll(objects, `${root}/${kind}/${collectionID}/`)) keys.push(key);
  }
  return keys;
}
