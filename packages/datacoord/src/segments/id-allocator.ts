import { common, type rootcoord } from '@millrace/proto';
import { type ClientOf, checked } from '@millrace/runtime';

/** Ids fetched from RootCoord in blocks; those left of a block at a restart are never used. */
export class IDAllocator {
  private next = 0n;
  private end = 0n;
  private fetching: Promise<void> | undefined;
  private readonly rootCoord: ClientOf<typeof rootcoord.RootCoordService>;
  private readonly block: number;

  constructor(rootCoord: ClientOf<typeof rootcoord.RootCoordService>, block = 256) {
    this.rootCoord = rootCoord;
    this.block = block;
  }

  async allocate(): Promise<bigint> {
    while (this.next >= this.end) {
      this.fetching ??= this.fetch().finally(() => {
        this.fetching = undefined;
      });
      await this.fetching;
    }
    return this.next++;
  }

  private async fetch(): Promise<void> {
    const answer = checked(
      await this.rootCoord.allocId({
        base: common.MsgBase.fromPartial({ msgType: common.MsgType.RequestID }),
        count: this.block,
      }),
    );
    this.next = answer.ID;
    this.end = answer.ID + BigInt(answer.count);
  }
}
