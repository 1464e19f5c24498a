import { composeTimestamp } from '@millrace/core';
import { common, data, type milvus } from '@millrace/proto';
import { expect, vi } from 'vitest';
import { defaultDataCoordSettings } from '../settings.ts';
import {
  channel,
  collectionID,
  type FakeNode,
  Harness,
  partitionID,
  positionAt,
  savedBatch,
} from './harness.ts';

export const compactingSettings = {
  compaction: { ...defaultDataCoordSettings.compaction, automatic: false, checkIntervalMs: 20 },
};
/** The status of its calls where compaction is switched off. */
export const compactionDisabled = {
  errorCode: common.ErrorCode.UnexpectedError,
  reason: 'compaction disabled',
};
/** The segment that a plan's result is. */
export const target = 9_000n;

/** Two flushed segments of a channel, and a coordinator that compacts them when it is asked to. */
export class CompactingScene {
  readonly cluster: Harness;
  readonly owner: FakeNode;
  readonly sources: readonly bigint[];

  private constructor(cluster: Harness, owner: FakeNode, sources: readonly bigint[]) {
    this.cluster = cluster;
    this.owner = owner;
    this.sources = sources;
  }

  static async start(): Promise<CompactingScene> {
    const cluster = await Harness.start(compactingSettings);
    const owner = await cluster.join('a');
    await cluster.watch();
    await vi.waitFor(async () => expect((await cluster.watchInfo())?.nodeID).toBe(owner.session.serverID));
    const sources = [
      await flushedSegment(cluster, owner, 100, 1_000),
      await flushedSegment(cluster, owner, 200, 2_000),
    ];
    return new CompactingScene(cluster, owner, sources);
  }

  end(): Promise<void> {
    return this.cluster.end();
  }

  /** On the same store, with other settings where some are named. */
  restart(changed: Partial<typeof compactingSettings.compaction> = {}): Promise<void> {
    return this.cluster.restart({ compaction: { ...compactingSettings.compaction, ...changed } });
  }

  /** Asks for a compaction and waits until the channel's node has its plan. */
  async planned(
    owner = this.owner,
  ): Promise<{ readonly compactionID: bigint; readonly plan: data.CompactionPlan }> {
    const { compactionID } = await this.cluster.call.manualCompaction({ collectionID });
    await vi.waitFor(() => expect(owner.plans.size).toBe(1));
    const [plan] = owner.plans.values();
    if (plan === undefined) throw new Error('no plan');
    return { compactionID, plan };
  }

  resultOf(plan: data.CompactionPlan, rows = 190): data.CompactionResult {
    const log = (kind: string, field: bigint, logID: number, entriesNum: number) => ({
      fieldID: field,
      binlogs: [
        {
          entriesNum: BigInt(entriesNum),
          logSize: 10n,
          logPath: `files/${kind}/${collectionID}/${partitionID}/${target}/${field}/${logID}`,
        },
      ],
    });
    return data.CompactionResult.fromPartial({
      planID: plan.planID,
      segmentID: target,
      numOfRows: BigInt(rows),
      channel,
      insertLogs:
        rows === 0 ? [] : [100n, 101n, 0n, 1n].map((field, at) => log('insert_log', field, 300 + at, rows)),
      field2StatslogPaths: rows === 0 ? [] : [log('stats_log', 100n, 304, 0)],
    });
  }

  state(compactionID: bigint): Promise<milvus.GetCompactionStateResponse> {
    return this.cluster.call.getCompactionState({ compactionID });
  }

  finished(compactionID: bigint): Promise<void> {
    return vi.waitFor(
      async () => expect((await this.state(compactionID)).state).toBe(common.CompactionState.Completed),
      { timeout: 10_000, interval: 20 },
    );
  }
}

async function flushedSegment(cluster: Harness, owner: FakeNode, logID: number, ms: number): Promise<bigint> {
  const segmentID = (await cluster.assign(100))[0]?.segID ?? 0n;
  const batch = savedBatch(owner, segmentID, logID, 100, positionAt(composeTimestamp(ms)));
  await cluster.call.saveBinlogPaths({ ...batch, flushed: true });
  return segmentID;
}
