import { composeTimestamp } from '@millrace/core';
import { common, dataService, type internal, type legacy } from '@millrace/proto';
import { type ClientOf, connect, type RpcClient } from '@millrace/runtime';
import { expect, vi } from 'vitest';
import type { DataCoordSettings } from '../settings.ts';
import {
  channel,
  collectionID,
  type FakeNode,
  Harness,
  partitionID,
  positionAt,
  savedBatch,
} from './harness.ts';

/** The status of a segment that there is not. */
export const unknownSegment = {
  errorCode: common.ErrorCode.UnexpectedError,
  reason: 'failed to get segment 424242',
};

/** Where the rows of its segments are saved up to. */
export const savedAt: internal.MsgPosition = positionAt(composeTimestamp(9_000), 3);

/** A coordinator with a channel that a node of today reads, and a client of the older Data Service. */
export class DataServiceScene {
  readonly cluster: Harness;
  readonly node: FakeNode;
  private client: RpcClient<typeof dataService.DataServiceService>;

  private constructor(cluster: Harness, node: FakeNode) {
    this.cluster = cluster;
    this.node = node;
    this.client = connect(dataService.DataServiceService, cluster.address);
  }

  static async start(settings: Partial<DataCoordSettings> = {}): Promise<DataServiceScene> {
    const cluster = await Harness.start(settings);
    const node = await cluster.join('a');
    await cluster.watch();
    await vi.waitFor(async () => expect((await cluster.watchInfo())?.nodeID).toBe(node.session.serverID));
    return new DataServiceScene(cluster, node);
  }

  get call(): ClientOf<typeof dataService.DataServiceService> {
    return this.client.call;
  }

  async restart(): Promise<void> {
    this.client.close();
    await this.cluster.restart();
    this.client = connect(dataService.DataServiceService, this.cluster.address);
  }

  /** Expects the same answer of a coordinator that starts anew on what this one stored. */
  async expectSameAfterRestart(ask: () => Promise<object>): Promise<void> {
    const before = await ask();
    await this.restart();
    expect(await ask()).toEqual(before);
  }

  async end(): Promise<void> {
    this.client.close();
    await this.cluster.end();
  }

  /** A growing segment. */
  async assign(): Promise<bigint> {
    const { segIDAssignments } = await this.call.assignSegmentId({ nodeID: 1n, segIDRequests: [anItem()] });
    return segIDAssignments[0]?.segID ?? 0n;
  }

  /** A segment of ten rows that is flushed. */
  async flushed(): Promise<bigint> {
    const segmentID = await this.assign();
    await this.call.flush({ collectionID });
    await this.save(segmentID);
    return segmentID;
  }

  async save(segmentID: bigint): Promise<void> {
    await this.cluster.call.saveBinlogPaths({
      ...savedBatch(this.node, segmentID, 50, 10, savedAt),
      flushed: true,
    });
  }

  async drop(segmentID: bigint): Promise<void> {
    await this.cluster.call.setSegmentState({ segmentId: segmentID, newState: common.SegmentState.Dropped });
  }

  async stateOf(segmentID: bigint): Promise<legacy.SegmentStateInfo | undefined> {
    const { states } = await this.call.getSegmentStates({ segmentIDs: [segmentID] });
    return states[0];
  }
}

/** Rows for one collection and channel, as a client of then asks for them. */
export function anItem(fields: Partial<legacy.SegIDRequest> = {}): legacy.SegIDRequest {
  return {
    count: 10,
    channelName: channel,
    collectionID,
    partitionID,
    collName: 'digits',
    partitionName: '_default',
    ...fields,
  };
}
