import { physicalMs, type UniqueID } from '@millrace/core';
import { latencyBuckets, type Metrics, type Sample } from '@millrace/runtime';
import type { ChannelPipeline } from './pipeline/channel-pipeline.ts';

/** One batch that is in objects and in metadata. */
export interface MeteredSync {
  readonly insertBytes: number;
  readonly deleteBytes: number;
  /** Asked for, as opposed to by the node's own policies. */
  readonly asked: boolean;
  readonly tookMs: number;
}

/** What the parts of a node report as it happens. */
export interface NodeMeter {
  consumed(insertedRows: number, deletes: number): void;
  synced(sync: MeteredSync): void;
  compacted(tookMs: number): void;
}

export const silentMeter: NodeMeter = { consumed() {}, synced() {}, compacted() {} };

export interface MeteredNode {
  readonly nodeID: UniqueID;
  readonly now: () => number;
  readonly channels: () => readonly ChannelPipeline[];
}

/** A meter that tells by Milvus' names and labels; what can be looked up is looked up when Prometheus asks. */
export function nodeMeter(metrics: Metrics, { nodeID, now, channels }: MeteredNode): NodeMeter {
  const node_id = String(nodeID);
  const name = (suffix: string) => `milvus_datanode_${suffix}`;
  metrics.gauge(name('flowgraph_num'), 'number of watched channels', ['node_id'], () => [
    [{ node_id }, channels().length],
  ]);
  metrics.gauge(name('fg_buffer_size'), 'buffered bytes', ['node_id', 'collection_id'], () =>
    byCollection(
      channels(),
      (channel) => channel.views().reduce((sum, view) => sum + view.insertBytes + view.deleteBytes, 0),
      (a, b) => a + b,
    ).map(([collection_id, bytes]): Sample => [{ node_id, collection_id }, bytes]),
  );
  metrics.gauge(
    name('consume_tt_lag_ms'),
    'milliseconds that the slowest channel is behind',
    ['node_id', 'msg_type', 'collection_id'],
    () =>
      byCollection(channels(), (channel) => now() - physicalMs(channel.tick ?? 0n), Math.max).map(
        ([collection_id, lagMs]): Sample => [{ node_id, msg_type: 'all', collection_id }, lagMs],
      ),
  );
  const rows = metrics.counter(name('msg_rows_count'), 'rows consumed', ['node_id', 'msg_type']);
  const size = metrics.counter(name('flushed_data_size'), 'bytes flushed', ['node_id', 'msg_type']);
  const asked = metrics.counter(name('flush_buffer_op_count'), 'syncs', ['node_id', 'status']);
  const own = metrics.counter(name('autoflush_buffer_op_count'), 'syncs that nobody asked for', [
    'node_id',
    'status',
  ]);
  const saves = metrics.histogram(
    name('save_latency'),
    'milliseconds from the decision to sync until metadata has it',
    ['node_id', 'msg_type'],
    [0, 10, 100, 200, 400, 1000, 10_000],
  );
  const compactions = metrics.histogram(
    name('compaction_latency'),
    'milliseconds a plan took',
    ['node_id'],
    latencyBuckets,
  );
  return {
    consumed(inserted, deletes) {
      if (inserted > 0) rows.add({ node_id, msg_type: 'insert' }, inserted);
      if (deletes > 0) rows.add({ node_id, msg_type: 'delete' }, deletes);
    },
    synced(sync) {
      if (sync.insertBytes > 0) size.add({ node_id, msg_type: 'insert' }, sync.insertBytes);
      if (sync.deleteBytes > 0) size.add({ node_id, msg_type: 'delete' }, sync.deleteBytes);
      asked.add({ node_id, status: 'success' }, 1);
      if (!sync.asked) own.add({ node_id, status: 'success' }, 1);
      saves.observe({ node_id, msg_type: sync.insertBytes > 0 ? 'insert' : 'delete' }, sync.tookMs);
    },
    compacted: (tookMs) => compactions.observe({ node_id }, tookMs),
  };
}

function byCollection(
  channels: readonly ChannelPipeline[],
  measure: (channel: ChannelPipeline) => number,
  together: (a: number, b: number) => number,
): [string, number][] {
  const values = new Map<string, number>();
  for (const channel of channels) {
    if (channel.tick === undefined) continue;
    const id = String(channel.collectionID);
    const value = measure(channel);
    const before = values.get(id);
    values.set(id, before === undefined ? value : together(before, value));
  }
  return [...values];
}
