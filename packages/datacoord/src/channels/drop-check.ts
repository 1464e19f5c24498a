import { type Clock, isKind, type Logger, type Service } from '@millrace/core';
import { common, type rootcoord } from '@millrace/proto';
import { type ClientOf, checked, describeError } from '@millrace/runtime';
import type { Collections } from '../meta/collections.ts';
import type { ChannelManager } from './channel-manager.ts';

export interface DropCheckParts {
  readonly rootCoord: Pick<
    ClientOf<typeof rootcoord.RootCoordService>,
    'showCollections' | 'describeCollectionInternal'
  >;
  readonly channels: Pick<ChannelManager, 'assignments' | 'drop'>;
  readonly collections: Pick<Collections, 'forget'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly intervalMs: number;
}

/**
 * Gives up channels whose collection RootCoord keeps no more, in whatever state: its creation was undone, or it was dropped in a way that its
 * DataNode never saw. Twice in a row RootCoord must have answered so; no answer says nothing. Segments and objects stay. Asked beside everything
 * else, so a RootCoord that is away holds nothing up. Source: spec datacoord §5.7, §15-3.
 */
export class DropCheck implements Service {
  readonly name = 'drop-check';
  private readonly parts: DropCheckParts;
  /** Collections that were gone when last asked. */
  private suspected: ReadonlySet<bigint> = new Set();

  constructor(parts: DropCheckParts) {
    this.parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, intervalMs } = this.parts;
    while (await clock.sleep(intervalMs, signal)) {
      try {
        await this.check();
      } catch (error) {
        log.debug({ error: describeError(error) }, 'channels not compared with collections, trying again');
      }
    }
  }

  /** One round. Rejects when RootCoord does not answer. */
  async check(): Promise<void> {
    const { channels, collections, log } = this.parts;
    const gone = await this.goneCollections();
    for (const { channel, collectionID } of [...channels.assignments()]) {
      if (!gone.has(collectionID) || !this.suspected.has(collectionID)) continue;
      log.warn({ channel, collectionID }, 'channel given up: RootCoord does not know its collection');
      collections.forget(collectionID);
      channels.drop(channel);
    }
    this.suspected = gone;
  }

  private async goneCollections(): Promise<ReadonlySet<bigint>> {
    const { rootCoord, channels } = this.parts;
    const unlisted = new Set([...channels.assignments()].map(({ collectionID }) => collectionID));
    // What names no collection says nothing of one.
    unlisted.delete(0n);
    if (unlisted.size === 0) return unlisted;
    const base = common.MsgBase.fromPartial({ msgType: common.MsgType.ShowCollections });
    for (const id of checked(await rootCoord.showCollections({ base })).collectionIds) unlisted.delete(id);
    const gone = new Set<bigint>();
    // Those being created or dropped are not listed, but known.
    for (const id of unlisted) if (await this.isGone(id)) gone.add(id);
    return gone;
  }

  private async isGone(collectionID: bigint): Promise<boolean> {
    const base = common.MsgBase.fromPartial({ msgType: common.MsgType.DescribeCollection });
    try {
      checked(await this.parts.rootCoord.describeCollectionInternal({ base, collectionID }));
      return false;
    } catch (error) {
      // The original says it by the code, or by the words alone.
      if (isKind(error, 'not-found')) return true;
      if (error instanceof Error && error.message.includes("can't find collection")) return true;
      throw error;
    }
  }
}
