import { isTransient, retry, type UniqueID } from '@millrace/core';
import { common, rootcoord } from '@millrace/proto';
import { checked } from '@millrace/runtime';
import type { NodeWorld } from '../node-world.ts';

/** Source: spec datanode-and-formats §10.5, step 7. */
const attempts = { firstMs: 100, maxMs: 1_000, attempts: 10 };

/** What `progress_percent` is once everything is stored: the rest is RootCoord's. */
const persistedPercent = 90;

/** What an import came to. */
export interface ImportResult {
  readonly segments: readonly UniqueID[];
  readonly autoIDs: readonly UniqueID[];
  readonly rows: number;
  readonly tookMs: number;
}

/** Tells RootCoord how an import goes. Source: spec datanode-and-formats §10.5. */
export class ImportReports {
  private readonly node: NodeWorld;
  private readonly taskID: UniqueID;
  private readonly signal: AbortSignal;
  private told = 0;
  /** Progress on its way. */
  private telling: Promise<void> | undefined;

  /** @param signal aborts when the node ends, not when the import does: that is told too */
  constructor(node: NodeWorld, taskID: UniqueID, signal: AbortSignal) {
    this.node = node;
    this.taskID = taskID;
    this.signal = signal;
  }

  /** A segment takes its rows. RootCoord may not hear of it: then DataCoord drops it when its time is over. */
  async started(segmentID: UniqueID): Promise<void> {
    await this.tell({ state: common.ImportState.ImportStarted, segments: [segmentID] }).catch(
      (error: unknown) =>
        this.node.log.warn({ taskID: this.taskID, segmentID, error }, 'import segment not reported'),
    );
  }

  /**
   * Not waited for, one at a time: the next one tells what this one could not.
   * @param share of the rows that are stored, 0 to 1
   */
  progress(share: number): void {
    const percent = Math.floor(share * persistedPercent);
    if (percent <= this.told || this.telling !== undefined) return;
    this.told = percent;
    const infos = [{ key: 'progress_percent', value: String(percent) }];
    this.telling = this.send({ state: common.ImportState.ImportStarted, infos })
      .catch(() => undefined)
      .finally(() => {
        this.telling = undefined;
      });
  }

  persisted({ segments, autoIDs, rows, tookMs }: ImportResult): Promise<void> {
    return this.tell({
      state: common.ImportState.ImportPersisted,
      segments: [...segments],
      autoIds: [...autoIDs],
      rowCount: BigInt(rows),
      infos: [
        { key: 'progress_percent', value: String(persistedPercent) },
        { key: 'persist_cost', value: (tookMs / 1000).toFixed(2) },
      ],
    });
  }

  async failed(reason: string): Promise<void> {
    const infos = [{ key: 'failed_reason', value: reason }];
    await this.tell({ state: common.ImportState.ImportFailed, infos }).catch((error: unknown) =>
      this.node.log.warn({ taskID: this.taskID, reason, error }, 'failed import not reported'),
    );
  }

  private async tell(result: Partial<rootcoord.ImportResult>): Promise<void> {
    // The original takes what comes last: a state that overtakes another would undo it.
    await this.telling;
    await retry(this.node, attempts, this.signal, () => this.send(result), isTransient);
  }

  private async send(result: Partial<rootcoord.ImportResult>): Promise<void> {
    const { rootCoord, nodeID, settings } = this.node;
    const options = { signal: this.signal, deadlineMs: settings.callDeadlineMs };
    const message = rootcoord.ImportResult.fromPartial({
      taskId: this.taskID,
      datanodeId: nodeID,
      ...result,
    });
    checked(await rootCoord.reportImport(message, options));
  }
}
