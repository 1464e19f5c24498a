import { composeTimestamp } from '@millrace/core';
import { expect, vi } from 'vitest';
import { channel, type FakeNode, Harness, positionAt, savedBatch } from './harness.ts';

/** Of a segment that there is not. */
export const unknownSegment = 4_242_424_242n;
/** Where the flushed segment begins, and how far its channel is saved. */
export const startMs = 2_000;
export const checkpointMs = 3_000;

/** A coordinator with a flushed segment of ten rows, and a growing one. */
export interface TwoSegments {
  readonly cluster: Harness;
  readonly node: FakeNode;
  readonly flushed: bigint;
  readonly growing: bigint;
  end(): Promise<void>;
}

/** Expects the same answer of a coordinator that starts anew on what this one stored. */
export async function expectSameAfterRestart(cluster: Harness, ask: () => Promise<object>): Promise<void> {
  const before = await ask();
  await cluster.restart();
  expect(await ask()).toEqual(before);
}

/** Nothing of the growing one is saved, its channel has a checkpoint. */
export async function oneUnsaved(): Promise<TwoSegments> {
  const scene = await withFlushed();
  const { cluster } = scene;
  const growing = (await cluster.assign(10))[0]?.segID ?? 0n;
  const position = positionAt(composeTimestamp(checkpointMs));
  await cluster.call.updateChannelCheckpoint({ vChannel: channel, position });
  return { ...scene, growing };
}

/** Something of the growing one is saved, at an earlier position than the flushed one's; their channel has no checkpoint. */
export async function bothSaved(): Promise<TwoSegments> {
  const scene = await withFlushed();
  return { ...scene, growing: await save(scene, 70, 1_000, false) };
}

async function withFlushed(): Promise<Omit<TwoSegments, 'growing'>> {
  const cluster = await Harness.start();
  const node = await cluster.join('a');
  await cluster.watch();
  await vi.waitFor(async () => expect((await cluster.watchInfo())?.nodeID).toBe(node.session.serverID));
  const flushed = await save({ cluster, node }, 50, startMs, true);
  return { cluster, node, flushed, end: () => cluster.end() };
}

async function save(
  { cluster, node }: Pick<TwoSegments, 'cluster' | 'node'>,
  logID: number,
  ms: number,
  flushed: boolean,
): Promise<bigint> {
  const segmentID = (await cluster.assign(10))[0]?.segID ?? 0n;
  const batch = savedBatch(node, segmentID, logID, 10, positionAt(composeTimestamp(ms)));
  await cluster.call.saveBinlogPaths({ ...batch, flushed });
  return segmentID;
}
