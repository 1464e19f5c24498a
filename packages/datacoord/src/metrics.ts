import { isDurable, type SegmentStateName, segmentStateName } from '@millrace/core';
import type { Metrics, Sample } from '@millrace/runtime';
import type { Coordinator } from './coordinator.ts';
import { withMostFiles } from './meta/most-files.ts';
import type { TickConsumer } from './ticks/tick-consumer.ts';

/** Milvus' words for states, as its dashboards filter by them. */
const labels = {
  growing: 'Growing',
  sealed: 'Sealed',
  flushed: 'Flushed',
  flushing: 'Flushing',
  dropped: 'Dropped',
  importing: 'Importing',
} as const satisfies Record<SegmentStateName, string>;

/** Prometheus keeps a series for each of them, and they are listed in one turn of the event loop. */
const listedSegmentsMax = 2_000;

/** Tells what the coordinator holds, by Milvus' names, whenever Prometheus asks. Source: spec datacoord §14. */
export function tellMetrics(metrics: Metrics, coordinator: Coordinator, ticks: TickConsumer): void {
  const { meta, storedLogBytes, nodes, channels, compactions } = coordinator;
  const name = (suffix: string) => `milvus_datacoord_${suffix}`;
  const plain = (suffix: string, help: string, read: () => number) =>
    metrics.gauge(name(suffix), help, [], () => [[{}, read()]]);
  plain('datanode_num', 'number of data nodes', () => nodes.ids.length);
  plain('collection_num', 'number of collections with segments', () => collectionsOf(coordinator).size);
  plain('stored_rows_num', 'number of rows in flushed segments', () => {
    let rows = 0;
    for (const segment of meta.segments.all()) if (isDurable(segment.state)) rows += segment.rows;
    return rows;
  });
  metrics.gauge(name('segment_num'), 'number of segments', ['segment_state'], () => {
    const counts = new Map<number, number>();
    for (const { state } of meta.segments.all()) add(counts, state, 1);
    return byState(counts);
  });
  metrics.gauge(name('stored_binlog_size'), 'bytes of binlogs', ['segment_state'], async () =>
    byState(await storedLogBytes.byState()),
  );
  metrics.gauge(
    name('segment_binlog_file_count'),
    `log files of each segment, of the ${listedSegmentsMax} that have most`,
    ['collection_id', 'segment_id'],
    () =>
      withMostFiles(meta.segments, listedSegmentsMax).map(
        ({ collectionID, id, fileCount }): Sample => [
          { collection_id: String(collectionID), segment_id: String(id) },
          fileCount,
        ],
      ),
  );
  metrics.gauge(name('watched_dml_chanel_num'), 'number of watched channels', ['node_id'], () => {
    const counts = new Map<string, number>();
    for (const { node } of channels.assignments()) if (node !== undefined) add(counts, String(node), 1);
    return Array.from(counts, ([node_id, count]): Sample => [{ node_id }, count]);
  });
  metrics.gauge(
    name('consume_datanode_tt_lag_ms'),
    "milliseconds that the slowest channel's tick is behind",
    ['node_id', 'channel_name'],
    () =>
      ticks
        .lags()
        .map(
          ({ nodeID, pchannel, lagMs }): Sample => [
            { node_id: String(nodeID), channel_name: pchannel },
            lagMs,
          ],
        ),
  );
  metrics.gauge('millrace_datacoord_compaction_plans', 'compaction plans by state', ['state'], () => {
    const counts = new Map<string, number>();
    for (const { state } of compactions.all()) add(counts, state, 1);
    return Array.from(counts, ([state, count]): Sample => [{ state }, count]);
  });
}

function collectionsOf({ meta }: Coordinator): ReadonlySet<bigint> {
  const ids = new Set<bigint>();
  for (const { collectionID } of meta.segments.all()) ids.add(collectionID);
  return ids;
}

function byState(sums: ReadonlyMap<number, number>): Sample[] {
  return Array.from(sums).flatMap(([state, sum]): Sample[] => {
    const name = segmentStateName(state);
    return name === 'none' || name === 'not-exist' ? [] : [[{ segment_state: labels[name] }, sum]];
  });
}

function add<Key>(sums: Map<Key, number>, key: Key, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}
