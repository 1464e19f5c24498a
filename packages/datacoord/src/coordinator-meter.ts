import type { Metrics } from '@millrace/runtime';

/** What the parts of a coordinator report as it happens. */
export interface CoordinatorMeter {
  /** Rows that came into flushed segments; those of a compaction's result came once more. */
  stored(rows: number): void;
  /** The bytes of all logs of a compaction's result. */
  compacted(bytes: number): void;
}

export const silentMeter: CoordinatorMeter = { stored() {}, compacted() {} };

const mebibyte = 2 ** 20;
/** From 1 MiB to 4 GiB. Those of the original end at 128 KiB, below every segment. Source: spec datacoord §14. */
const sizeBuckets = Array.from({ length: 13 }, (_, at) => mebibyte * 2 ** at);

/** A meter that tells by Milvus' names. Unlike the original's, it counts no row again because the coordinator was restarted. */
export function coordinatorMeter(metrics: Metrics): CoordinatorMeter {
  const rows = metrics.counter('milvus_datacoord_stored_rows_count', 'rows stored since the start', []);
  const sizes = metrics.histogram(
    'milvus_datacoord_compacted_segment_size',
    'bytes of segments that compactions made',
    [],
    sizeBuckets,
  );
  return {
    stored: (count) => rows.add({}, count),
    compacted: (bytes) => sizes.observe({}, bytes),
  };
}
