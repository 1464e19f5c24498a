import { NotFound, pchannelOf, Unavailable } from '@millrace/core';
import type { data } from '@millrace/proto';
import type { UnaryHandler } from '@millrace/runtime';
import type { NodeState } from '../node-state.ts';
import type { NodeWorld } from '../node-world.ts';
import type { ChannelPipeline } from '../pipeline/channel-pipeline.ts';
import { primaryKeyField } from '../segments/insert-buffer.ts';
import { loadSummaries } from '../segments/load-summaries.ts';
import { Segment } from '../segments/segment.ts';

const askEveryMs = 50;

/**
 * A segment of this node's channel was filled from files: from now on deletes reach it. Answers a position of the channel behind which all
 * deletes do. The same again changes nothing. Source: spec datanode-and-formats §10.5, step 6.
 */
export function addImportSegment(
  state: NodeState,
  world: NodeWorld,
  channels: () => readonly ChannelPipeline[],
): UnaryHandler<data.AddImportSegmentRequest, data.AddImportSegmentResponse> {
  return async (
    { segmentId: segmentID, channelName, partitionId: partitionID, rowNum, statsLog },
    { signal },
  ) => {
    state.requireHealthy();
    const channel = await channelNamed(world, channels, channelName, signal);
    const keyField = primaryKeyField(channel.schema).fieldID;
    const summaries = await loadSummaries(world, segmentID, statsLog, keyField, signal);
    channel.addFlushed(
      new Segment({ segmentID, partitionID, kind: 'flushed', rows: Number(rowNum), summaries }),
    );
    // Asked for behind that: what comes later than the answer is applied, and some of what came before.
    return { channelPos: await latestPosition(world, channelName) };
  };
}

async function channelNamed(
  { clock, settings }: NodeWorld,
  channels: () => readonly ChannelPipeline[],
  name: string,
  signal: AbortSignal,
): Promise<ChannelPipeline> {
  const endMs = clock.monotonic() + settings.channelWaitMs;
  for (;;) {
    const found = channels().find(({ vchannel, leaving }) => vchannel === name && !leaving.aborted);
    if (found !== undefined) return found;
    if (clock.monotonic() >= endMs || !(await clock.sleep(askEveryMs, signal)))
      throw new NotFound('channel not found in current DataNode');
  }
}

async function latestPosition({ stream }: NodeWorld, vchannel: string): Promise<Buffer> {
  const latest = await stream.latest(pchannelOf(vchannel)).catch((cause: unknown) => {
    throw new Unavailable('failed to get channel position', { cause });
  });
  if (latest === undefined) throw new Unavailable('failed to get channel position');
  return Buffer.from(latest);
}
