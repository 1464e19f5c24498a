import { estimatedRowBytes } from '@millrace/core';
import { data } from '@millrace/proto';
import type { LogOwner } from '@millrace/storage';
import { primaryKeyField } from '../segments/insert-buffer.ts';
import { byField } from '../sync/sync-files.ts';
import { OutputBatch } from './output-batch.ts';
import { planSources, type SourceBatch } from './plan-sources.ts';
import type { PlanWorld } from './plan-world.ts';
import { type LoadedDeletes, loadDeletes, readBatch } from './read-sources.ts';
import { expiredUpTo, type RowRules, survivingRows } from './surviving-rows.ts';
import { allocateIDs, type OutputLogs, writeDeltaLog, writeOutput } from './write-outputs.ts';

/** A segment of outputs, one input and one output in memory must leave room for buffered rows below the budget's mark. */
const workingSetOutputs = 3.5;

/**
 * Does a plan: reads its sources batch by batch, drops deleted and expired rows, writes what is left as one new segment. Nothing refers to
 * the new files until DataCoord takes the result: a plan that fails leaves objects that no metadata names, and nothing else.
 * Source: spec datanode-and-formats §11.2.
 * @throws Corrupt for damaged sources, NotFound for missing ones, Unavailable when the plan's signal aborts or its time is over
 */
export async function executePlan(
  plan: PlanWorld,
  request: data.CompactionPlan,
): Promise<data.CompactionResult> {
  const { node, collectionID } = plan;
  const sources = planSources(request, plan.schema, collectionID, node.settings.objectRoot);
  const segmentID = await allocateIDs(plan, 1);
  const owner = { collectionID, partitionID: sources.partitionID, segmentID };
  const deletes = await loadDeletes(plan, sources, request.timetravel);
  const rules = {
    deletes: deletes.applied,
    expiredUpTo: expiredUpTo(request.collectionTtl, node.clock.now()),
  };
  const held = deletes.applied.bytes + 96 * deletes.carried.length;
  node.budget.take(held);
  try {
    const outputs = new OutputWriter(plan, owner);
    try {
      for (const batch of sources.batches) await rewrite(plan, batch, rules, outputs);
    } catch (error) {
      await outputs.abandon();
      throw error;
    }
    return await result(plan, request, owner, deletes, outputs);
  } finally {
    node.budget.give(held);
  }
}

async function rewrite(
  plan: PlanWorld,
  batch: SourceBatch,
  rules: RowRules,
  outputs: OutputWriter,
): Promise<void> {
  const { budget } = plan.node;
  let held = 0;
  const take = (bytes: number) => {
    held += bytes;
    budget.take(bytes);
  };
  try {
    const loaded = await readBatch(plan, batch, take);
    const { columns } = loaded;
    const keys = columns.get(primaryKeyField(plan.schema).fieldID);
    const timestamps = columns.get(1n);
    if (keys === undefined || timestamps === undefined) return;
    const rows = survivingRows(keys, timestamps, rules) ?? new Uint32Array(keys.rows).map((_, row) => row);
    for (let at = 0; at < rows.length; ) {
      const output = outputs.open();
      const end = Math.min(rows.length, at + output.rowsMax - output.rows);
      const before = output.bytes;
      output.append(columns, rows.subarray(at, end));
      outputs.grew(output.bytes - before);
      at = end;
      if (output.rows >= output.rowsMax || output.bytes >= 2 * outputs.bytesMax) await outputs.close();
    }
    loaded.release();
  } finally {
    budget.give(held);
  }
}

async function result(
  plan: PlanWorld,
  request: data.CompactionPlan,
  owner: LogOwner,
  { carried }: LoadedDeletes,
  outputs: OutputWriter,
): Promise<data.CompactionResult> {
  const { rows, logs } = await outputs.finish();
  // Without rows nothing is left to delete, and DataCoord keeps no target.
  const delta = rows > 0 && carried.length > 0 ? [await writeDeltaLog(plan, owner, carried)] : [];
  return data.CompactionResult.fromPartial({
    planID: request.planID,
    segmentID: owner.segmentID,
    numOfRows: BigInt(rows),
    insertLogs: byField(logs.flatMap(({ insertLogs }) => insertLogs)),
    field2StatslogPaths: byField(logs.flatMap(({ statsLogs }) => statsLogs)),
    deltalogs: delta,
    channel: request.channel,
  });
}

/** Gathers rows into files of the original's size. One output is written while the next one fills, as long as the budget has room for both. */
class OutputWriter {
  /** Bytes of rows at which the original cuts its files, or less where the budget is small. */
  readonly bytesMax: number;
  private readonly plan: PlanWorld;
  private readonly owner: LogOwner;
  private readonly rowsMax: number;
  private readonly logs: OutputLogs[] = [];
  private rows = 0;
  private filling: OutputBatch | undefined;
  private filled = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(plan: PlanWorld, owner: LogOwner) {
    this.plan = plan;
    this.owner = owner;
    const { settings, budget } = plan.node;
    this.bytesMax = Math.min(settings.binlogBytesMax, budget.highMark / workingSetOutputs);
    this.rowsMax = Math.max(1, Math.ceil(this.bytesMax / estimatedRowBytes(plan.schema.fields)));
  }

  open(): OutputBatch {
    const { encoder } = this.plan.node;
    this.filling ??= new OutputBatch(this.plan.schema, this.rowsMax, encoder.memory);
    return this.filling;
  }

  grew(bytes: number): void {
    this.filled += bytes;
    this.plan.node.budget.take(bytes);
  }

  /** Hands the filling output over to be written. */
  async close(): Promise<void> {
    const batch = this.filling;
    if (batch === undefined) return;
    const bytes = this.filled;
    this.filling = undefined;
    this.filled = 0;
    const { budget } = this.plan.node;
    const before = this.writing;
    const written = (async () => {
      try {
        await before;
        // Asked for in the order of the rows: readers sort by log id (§8.2).
        const firstLogID = await allocateIDs(this.plan, this.plan.schema.fields.length + 1);
        this.logs.push(await writeOutput(this.plan, this.owner, batch, firstLogID));
        this.rows += batch.rows;
        batch.release();
      } finally {
        budget.give(bytes);
      }
    })();
    // Awaited by the next close, by finish or by abandon.
    written.catch(() => undefined);
    this.writing = written;
    await before;
    if (budget.bytes + 2 * this.bytesMax > budget.highMark) await written;
  }

  async finish(): Promise<{ readonly rows: number; readonly logs: readonly OutputLogs[] }> {
    await this.close();
    await this.writing;
    return { rows: this.rows, logs: this.logs };
  }

  /** Waits until nothing of it is under way. */
  async abandon(): Promise<void> {
    this.plan.node.budget.give(this.filled);
    this.filled = 0;
    this.filling = undefined;
    await this.writing.catch(() => undefined);
  }
}
