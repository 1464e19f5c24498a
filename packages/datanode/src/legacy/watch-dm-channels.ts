import { Conflict, parseVchannel, Unavailable } from '@millrace/core';
import { bufferNodeID, type KeyValue, metaKeys, scan } from '@millrace/metastore';
import { common, data, internal } from '@millrace/proto';
import { type CallContext, checked } from '@millrace/runtime';
import type { DefinitionReader } from './definition-reader.ts';
import type { NodeReports } from './node-reports.ts';
import type { OldApiHandlers, OldApiParts } from './old-api.ts';

const { ChannelWatchState } = data;

/** How often the assignment is looked at, and how long its pipeline may take to begin. */
const lookMs = 20;
const beginMsMax = 30_000;

/**
 * Reads these virtual channels from now on: answers once each is read. The word of the coordinator becomes the same assignment record that
 * DataCoord writes, under this node, so that there is one owner for all who look; a channel that another node has is refused.
 */
export function watchDmChannels(
  parts: OldApiParts,
  watched: Set<string>,
  { reports, definitions }: { readonly reports: NodeReports; readonly definitions: DefinitionReader },
): NonNullable<OldApiHandlers['watchDmChannels']> {
  return async ({ channelNames }, context) => {
    parts.node.state.requireHealthy();
    const named = channelNames.map((vchannel) => ({ vchannel, ...parseVchannel(vchannel) }));
    for (const { vchannel, pchannel, collectionID } of named) {
      const held = await holdersOf(parts, vchannel);
      await assign(parts, held, vchannel, () =>
        watchInfo(parts, { vchannel, pchannel, collectionID }, context),
      );
      watched.add(vchannel);
    }
    for (const { vchannel } of named) await begun(parts, vchannel, context);
    await definitions.again();
    // A time told behind this answer covers these channels too.
    await reports.settled();
    return {};
  };
}

interface Holder {
  readonly nodeID: bigint;
  readonly kv: KeyValue;
}

async function holdersOf({ metaStore, settings }: OldApiParts, vchannel: string): Promise<Holder[]> {
  const keys = metaKeys(settings.metaRoot);
  const holders: Holder[] = [];
  for await (const { kvs } of scan(metaStore, { prefix: keys.prefix.channelWatches() })) {
    for (const kv of kvs) {
      const parsed = keys.parse(kv.key);
      if (parsed?.kind === 'channelWatch' && parsed.vchannel === vchannel)
        holders.push({ nodeID: parsed.nodeID, kv });
    }
  }
  return holders;
}

async function assign(
  { metaStore, settings, nodeID }: OldApiParts,
  holders: readonly Holder[],
  vchannel: string,
  make: () => Promise<data.ChannelWatchInfo>,
): Promise<void> {
  if (holders.some((holder) => holder.nodeID === nodeID)) return;
  const other = holders.find((holder) => holder.nodeID !== bufferNodeID);
  if (other !== undefined)
    throw new Conflict(`channel ${vchannel} is read by node ${other.nodeID}: have it closed there first`);
  const waiting = holders[0]?.kv;
  const key = metaKeys(settings.metaRoot).key.channelWatch({ nodeID, vchannel });
  const value = data.ChannelWatchInfo.encode(await make()).finish();
  const { succeeded } = await metaStore.transact({
    compares: [
      { key, version: 0n },
      ...(waiting === undefined ? [] : [{ key: waiting.key, modRevision: waiting.modRevision }]),
    ],
    writes: [{ put: key, value }, ...(waiting === undefined ? [] : [{ delete: waiting.key }])],
  });
  if (!succeeded) throw new Conflict(`channel ${vchannel} was just assigned by somebody else: ask again`);
}

interface Named {
  readonly vchannel: string;
  readonly pchannel: string;
  readonly collectionID: bigint;
}

/** What DataCoord would write: schema and segments as its peers know them, and where to begin. */
async function watchInfo(
  { rootCoord, dataCoord, settings, clock }: OldApiParts,
  { vchannel, pchannel, collectionID }: Named,
  { signal }: CallContext,
): Promise<data.ChannelWatchInfo> {
  const options = { signal, deadlineMs: settings.callDeadlineMs };
  const base = common.MsgBase.fromPartial({ msgType: common.MsgType.DescribeCollection });
  const described = checked(await rootCoord.describeCollectionInternal({ base, collectionID }, options));
  const recovery = checked(await dataCoord.getRecoveryInfoV2({ collectionID }, options));
  const known = recovery.channels.find(({ channelName }) => channelName === vchannel);
  const first = described.startPositions.find(({ key }) => key === pchannel);
  const start = first && internal.MsgPosition.fromPartial({ channelName: vchannel, msgID: first.data });
  return data.ChannelWatchInfo.fromPartial({
    vchan: {
      ...(known ?? data.VchannelInfo.create()),
      collectionID,
      channelName: vchannel,
      seekPosition: known?.seekPosition ?? start,
    },
    startTs: BigInt(Math.trunc(clock.now() / 1000)),
    state: ChannelWatchState.ToWatch,
    schema: described.schema,
  });
}

async function begun(
  { metaStore, settings, nodeID, clock }: OldApiParts,
  vchannel: string,
  { signal }: CallContext,
): Promise<void> {
  const key = metaKeys(settings.metaRoot).key.channelWatch({ nodeID, vchannel });
  const endMs = clock.monotonic() + beginMsMax;
  do {
    const held = await metaStore.get(key);
    const state = held === undefined ? undefined : data.ChannelWatchInfo.decode(held.value).state;
    if (state === ChannelWatchState.WatchSuccess) return;
    if (state !== ChannelWatchState.ToWatch)
      throw new Unavailable(
        `channel ${vchannel} could not be read: the log of this node says why. Ask again`,
      );
  } while (clock.monotonic() < endMs && (await clock.sleep(lookMs, signal)));
  throw new Unavailable(`channel ${vchannel} is not read yet: ask again`);
}
