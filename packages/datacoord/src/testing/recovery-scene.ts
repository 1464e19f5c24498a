import { composeTimestamp } from '@millrace/core';
import { expect, vi } from 'vitest';
import { type FakeNode, Harness, positionAt, savedBatch } from './harness.ts';

/** A flushed segment, and a growing one of which something is saved, at an earlier position. */
export class RecoveryScene {
  readonly cluster: Harness;
  readonly node: FakeNode;
  readonly flushed: bigint;
  readonly growing: bigint;

  private constructor(cluster: Harness, node: FakeNode, flushed: bigint, growing: bigint) {
    this.cluster = cluster;
    this.node = node;
    this.flushed = flushed;
    this.growing = growing;
  }

  static async start(): Promise<RecoveryScene> {
    const cluster = await Harness.start();
    const node = await cluster.join('a');
    await cluster.watch();
    await vi.waitFor(async () => expect((await cluster.watchInfo())?.nodeID).toBe(node.session.serverID));
    const saved = async (logID: number, ms: number, flushed: boolean): Promise<bigint> => {
      const segmentID = (await cluster.assign(10))[0]?.segID ?? 0n;
      const batch = savedBatch(node, segmentID, logID, 10, positionAt(composeTimestamp(ms)));
      await cluster.call.saveBinlogPaths({ ...batch, flushed });
      return segmentID;
    };
    const flushed = await saved(50, 2_000, true);
    return new RecoveryScene(cluster, node, flushed, await saved(70, 1_000, false));
  }

  end(): Promise<void> {
    return this.cluster.end();
  }
}
