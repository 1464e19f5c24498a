import { type Service, watchStateName, watchStates } from '@millrace/core';
import type { Compare, MetaStore } from '@millrace/metastore';
import { data, legacy } from '@millrace/proto';
import { checked, describeError } from '@millrace/runtime';
import type { MessageStream } from '@millrace/stream';
import type { Assignment } from '../channels/channel-table.ts';
import { ddChannel, nodeTickChannel, statisticsChannel } from './channel-names.ts';
import type { OldNode, OldNodes } from './old-nodes.ts';
import { TickBridge } from './tick-bridge.ts';

/** How often each node is asked whether it is there, and its assignments are compared with what it was told. */
const lookMs = 500;
/** For one call to a node. */
const callDeadlineMs = 5_000;
/** For a node to begin with the channels it is told: it may have much to read first. */
const watchDeadlineMs = 40_000;

export interface KeeperParts {
  readonly store: MetaStore;
  readonly stream: MessageStream;
  /** Holds while this coordinator is the one: part of every transaction. */
  readonly fence: Compare;
}

/**
 * Drives nodes of the older API: what others read from the metastore they are told by calls, and their answer is written into the
 * assignment for them. One that has not answered for the life of a session is gone, as a node whose session ended.
 */
export class NodeKeeper implements Service {
  readonly name = 'old-nodes';
  private readonly nodes: OldNodes;
  private readonly parts: KeeperParts;
  private readonly bridge: TickBridge;

  constructor(nodes: OldNodes, parts: KeeperParts) {
    this.nodes = nodes;
    this.parts = parts;
    this.bridge = new TickBridge(nodes, parts.stream);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { registered } = this.nodes;
    // Nobody reads two more channels in a cluster without such nodes.
    while (this.nodes.all().length === 0) if (!(await registered.wait(3_600_000, signal))) return;
    if (await this.bridge.open(signal)) await Promise.all([this.bridge.run(signal), this.look(signal)]);
    this.nodes.close();
  }

  private async look(signal: AbortSignal): Promise<void> {
    // Each at its own pace: one that hangs keeps no other waiting.
    const tended = new Map<bigint, Promise<void>>();
    do {
      for (const node of this.nodes.all()) {
        if (tended.has(node.nodeID)) continue;
        const done = this.tend(node, signal).finally(() => tended.delete(node.nodeID));
        tended.set(node.nodeID, done);
      }
    } while (await this.nodes.registered.wait(lookMs, signal));
    await Promise.all(tended.values());
  }

  private async tend(node: OldNode, signal: AbortSignal): Promise<void> {
    const { clock, log, settings } = this.nodes.coordinator;
    try {
      if (await this.isThere(node, signal)) {
        node.answeredMs = clock.monotonic();
        if (!node.introduced) await this.introduce(node, signal);
        await this.tell(node, signal);
      } else if (clock.monotonic() - node.answeredMs >= settings.sessionTtlMs) {
        await this.nodes.forget(node, 'does not answer');
      }
    } catch (error) {
      if (!signal.aborted)
        log.warn({ nodeID: node.nodeID, error: describeError(error) }, 'node not served, trying again');
    }
  }

  private async isThere({ client }: OldNode, signal: AbortSignal): Promise<boolean> {
    try {
      const { state } = checked(
        await client.call.getComponentStates({}, { deadlineMs: callDeadlineMs, signal }),
      );
      return state?.stateCode === legacy.StateCode.HEALTHY;
    } catch {
      return false;
    }
  }

  /** After a restart of either side too: a node that is told where to publish tells there what it has. */
  private async introduce(node: OldNode, signal: AbortSignal): Promise<void> {
    const { channelNames } = this.nodes.coordinator.settings;
    const options = { deadlineMs: callDeadlineMs, signal };
    const { call } = node.client;
    checked(await call.setStatsChannel({ channelID: statisticsChannel(channelNames) }, options));
    checked(await call.setTimeTickChannel({ channelID: nodeTickChannel(channelNames) }, options));
    checked(await call.watchDdChannel({ channelID: ddChannel(channelNames) }, options));
    checked(await call.start({}, options));
    node.introduced = true;
    this.nodes.admit(node);
  }

  private async tell(node: OldNode, signal: AbortSignal): Promise<void> {
    const own = [...this.nodes.coordinator.channels.assignments()].filter(
      (held) => held.node === node.nodeID,
    );
    const isIn = (...states: string[]) =>
      own.filter(({ info }) => states.includes(watchStateName(info.state)));
    const toWatch = isIn('to-watch', 'uncomplete');
    if (toWatch.length > 0) await this.watch(node, toWatch, signal);
    for (const held of isIn('to-release')) await this.release(node, held, signal);
  }

  private async watch(node: OldNode, held: readonly Assignment[], signal: AbortSignal): Promise<void> {
    const channelNames = held.map(({ channel }) => channel);
    const { log } = this.nodes.coordinator;
    const options = { deadlineMs: watchDeadlineMs, signal };
    const taken = await node.client.call
      .watchDmChannels({ channelNames }, options)
      .then(checked)
      .catch((error: unknown) => {
        log.warn({ nodeID: node.nodeID, channelNames, error: describeError(error) }, 'channels not taken');
        return undefined;
      });
    if (taken !== undefined) await this.bridge.begin(channelNames);
    const answer = taken === undefined ? watchStates['watch-failure'] : watchStates['watch-success'];
    await Promise.all(held.map((each) => this.answer(each, answer)));
  }

  /** It has no call to let go of a channel: its rows are written, and what it saves after that is refused. */
  private async release(node: OldNode, held: Assignment, signal: AbortSignal): Promise<void> {
    const request = { collectionID: held.collectionID };
    await node.client.call.flush(request, { deadlineMs: callDeadlineMs, signal }).catch(() => undefined);
    await this.answer(held, watchStates['release-success']);
  }

  /** In place of the node, unless somebody changed the assignment meanwhile. */
  private async answer({ key, modRevision, info }: Assignment, state: data.ChannelWatchState): Promise<void> {
    await this.parts.store.transact({
      compares: [this.parts.fence, { key, modRevision }],
      writes: [{ put: key, value: data.ChannelWatchInfo.encode({ ...info, state }).finish() }],
    });
  }
}
