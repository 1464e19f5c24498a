import { composeTimestamp } from '@millrace/core';
import { expect, vi } from 'vitest';
import { channel, type FakeNode, Harness, positionAt, savedBatch } from './harness.ts';

/** Of a segment that there is not. */
export const unknownSegment = 4_242_424_242n;
/** Where the flushed segment begins, and how far its channel is saved. */
export const startMs = 2_000;
export const checkpointMs = 3_000;

/** A coordinator with a flushed segment of ten rows and a growing one that has none yet. */
export class ReadingScene {
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

  static async start(): Promise<ReadingScene> {
    const cluster = await Harness.start();
    const node = await cluster.join('a');
    await cluster.watch();
    await vi.waitFor(async () => expect((await cluster.watchInfo())?.nodeID).toBe(node.session.serverID));
    const flushed = (await cluster.assign(10))[0]?.segID ?? 0n;
    const batch = savedBatch(node, flushed, 50, 10, positionAt(composeTimestamp(startMs)));
    await cluster.call.saveBinlogPaths({ ...batch, flushed: true });
    const growing = (await cluster.assign(10))[0]?.segID ?? 0n;
    const position = positionAt(composeTimestamp(checkpointMs));
    await cluster.call.updateChannelCheckpoint({ vChannel: channel, position });
    return new ReadingScene(cluster, node, flushed, growing);
  }

  end(): Promise<void> {
    return this.cluster.end();
  }
}
