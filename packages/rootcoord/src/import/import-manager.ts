import {
  type Clock,
  Conflict,
  Exhausted,
  isKind,
  type Logger,
  NotFound,
  type Service,
  segmentStates,
  type UniqueID,
  Wakeup,
} from '@millrace/core';
import { common, data, type rootcoord } from '@millrace/proto';
import type { DataCoordBridge } from '@millrace/rootcoord-bridge';
import { failed, type ImportTask, isFailed, isOver, isWorking, moved } from './import-task.ts';
import type { ImportTasks } from './import-tasks.ts';
import { type ImportLimits, type ImportStep, nextStep } from './next-step.ts';
import { reported, withInfos } from './report.ts';

/** What imports need of DataCoord. */
export type ImportDataCoord = Pick<
  DataCoordBridge,
  | 'callImport'
  | 'callFlushOnCollection'
  | 'callGetSegmentStates'
  | 'callUnsetIsImportingState'
  | 'callMarkSegmentsDropped'
>;

export interface ImportParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly tasks: ImportTasks;
  readonly dataCoord: ImportDataCoord;
  readonly listNodes: () => Promise<ReadonlySet<UniqueID>>;
  readonly limits: ImportLimits;
  readonly pendingMax: number;
  /** Between two looks at the tasks. */
  readonly intervalMs: number;
  /** Between two attempts to send a task that no DataNode took, unless one became free. */
  readonly retryMs: number;
}

/** Between two looks at tasks that are over. */
const restMs = 60_000;

/**
 * Brings import tasks from their files to rows that are seen: a free DataNode writes the rows, DataCoord flushes them, then they are shown
 * together; or what was written is dropped. One look at all tasks does each one's next step; every step may be done twice.
 * Source: spec datacoord §9.1.
 */
export class ImportManager implements Service {
  readonly name = 'import-manager';
  private readonly parts: ImportParts;
  private readonly wakeup: Wakeup;
  /** Monotonic. */
  private sendAtMs = 0;

  constructor(parts: ImportParts) {
    this.parts = parts;
    this.wakeup = new Wakeup(parts.clock);
  }

  /** Before it serves: what was being imported when the last RootCoord ended is lost; what was stored is shown. */
  async recover(): Promise<void> {
    const { tasks } = this.parts;
    await tasks.load();
    for (const { id, state } of tasks.all())
      if (state === 'started')
        await tasks.change(id, (task) => failed(task, 'task marked failed as service restarted'));
  }

  /** Takes new tasks. @throws Exhausted when too many wait */
  async accept(added: readonly ImportTask[]): Promise<void> {
    const { tasks, pendingMax } = this.parts;
    const pending = tasks.all().filter(({ state }) => state === 'pending').length;
    if (pending + added.length > pendingMax)
      throw new Exhausted(`${pending} import tasks wait, at most ${pendingMax} may: import again later`);
    for (const task of added) await tasks.add(task);
    this.sendAtMs = 0;
    this.wakeup.wake();
  }

  /** What a DataNode tells. @throws with the code of a failed update for a task that is unknown or failed */
  async report(result: rootcoord.ImportResult): Promise<void> {
    const { taskId, state } = result;
    const milvusCode = 'UpdateImportTaskFailure';
    if (this.parts.tasks.get(taskId) === undefined)
      throw new NotFound(`import task ${taskId} is not known: give it up`, { milvusCode });
    const after = await this.parts.tasks.change(taskId, (task) => reported(task, result));
    if (!isWorking(after)) this.sendAtMs = 0;
    this.wakeup.wake();
    if (isFailed(after) && state !== common.ImportState.ImportFailed)
      throw new Conflict(`import task ${taskId} has failed: ${after.failedReason}`, { milvusCode });
  }

  async run(signal: AbortSignal): Promise<void> {
    this.wakeup.wake();
    const { tasks, intervalMs } = this.parts;
    const pauseMs = () => (tasks.all().every(isOver) ? restMs : intervalMs);
    while (await this.wakeup.wait(pauseMs(), signal)) await this.pass(signal);
  }

  /** One step for each task. Rejects only when this process lost its right to write. */
  async pass(signal: AbortSignal): Promise<void> {
    const { tasks, clock, log, limits } = this.parts;
    const unfinished = tasks.all();
    const nodes = unfinished.some(isWorking) ? await this.nodes() : undefined;
    // The order of the tasks is kept: what one was refused, none behind it gets.
    let mayBeSent = clock.monotonic() >= this.sendAtMs;
    for (const task of unfinished) {
      if (signal.aborted) return;
      const step = nextStep(task, nodes, limits, clock.now());
      if (step.type === 'send' && !mayBeSent) continue;
      try {
        const done = await this.apply(task, step, signal);
        if (step.type === 'send' && !done) mayBeSent = this.sendLater();
      } catch (error) {
        if (isKind(error, 'fenced')) throw error;
        if (signal.aborted) return;
        log.warn({ taskID: task.id, step: step.type, error }, 'import task not advanced, trying again');
        if (step.type === 'send') mayBeSent = this.sendLater();
      }
    }
  }

  private sendLater(): false {
    this.sendAtMs = this.parts.clock.monotonic() + this.parts.retryMs;
    return false;
  }

  private async nodes(): Promise<ReadonlySet<UniqueID> | undefined> {
    try {
      return await this.parts.listNodes();
    } catch (error) {
      this.parts.log.warn({ error }, 'DataNodes not listed');
      return undefined;
    }
  }

  private async apply(task: ImportTask, step: ImportStep, signal: AbortSignal): Promise<boolean> {
    const { tasks, log } = this.parts;
    const { id } = task;
    switch (step.type) {
      case 'send':
        return this.send(task, signal);
      case 'show':
        return this.show(task, signal);
      case 'fail':
        log.warn({ taskID: id, reason: step.reason }, 'import failed');
        await tasks.change(id, (present) => (isWorking(present) ? failed(present, step.reason) : present));
        this.wakeup.wake();
        return true;
      case 'clean':
        await this.clean(task, signal);
        return true;
      case 'forget':
        await tasks.remove(id);
        return true;
      case 'wait':
        return true;
    }
  }

  /** False when no DataNode takes it now. */
  private async send({ id }: ImportTask, signal: AbortSignal): Promise<boolean> {
    const { tasks, clock, dataCoord, log } = this.parts;
    const startedMs = clock.now();
    const task = await tasks.change(id, (present) => ({
      ...moved(present, 'started'),
      startedMs,
      nodeID: 0n,
    }));
    const workingNodes = tasks
      .all()
      .filter(isWorking)
      .flatMap(({ nodeID }) => (nodeID === 0n ? [] : [nodeID]));
    const importTask = data.ImportTask.fromPartial({
      collectionId: task.collectionID,
      partitionId: task.partitionID,
      channelNames: [...task.channelNames],
      taskId: task.id,
      files: [...task.files],
      infos: [...task.infos],
    });
    const { status, datanodeId } = await dataCoord.callImport({ importTask, workingNodes }, { signal });
    if (status?.errorCode !== common.ErrorCode.Success) {
      log.info({ taskID: id, reason: status?.reason }, 'import task waits for a DataNode');
      await tasks.change(id, (present) =>
        present.state === 'started' && present.nodeID === 0n
          ? { ...moved(present, 'pending'), startedMs: 0 }
          : present,
      );
      return false;
    }
    log.info({ taskID: id, nodeID: datanodeId }, 'import task sent');
    // What the node tells may have come first; another node tells where an earlier attempt to send it did not fail.
    await tasks.change(id, (present) => {
      if (!isWorking(present) || present.nodeID === datanodeId) return present;
      if (present.nodeID === 0n) return { ...present, nodeID: datanodeId };
      return failed(
        present,
        `DataNodes ${present.nodeID} and ${datanodeId} both did the import: import again`,
      );
    });
    return true;
  }

  /** Flushes the segments of a stored import; once all are, shows them. */
  private async show({ id, collectionID, segmentIDs }: ImportTask, signal: AbortSignal): Promise<boolean> {
    const { tasks, dataCoord, log } = this.parts;
    if (segmentIDs.length > 0) {
      await dataCoord.callFlushOnCollection(collectionID, segmentIDs, { isImport: true, signal });
      const states = await dataCoord.callGetSegmentStates(segmentIDs, { signal });
      const gone = states.find(
        ({ state }) => state === segmentStates.dropped || state === segmentStates['not-exist'],
      );
      if (gone !== undefined) {
        const reason = `segment ${gone.segmentID} of the import was dropped: its partition or collection is gone, or it took too long`;
        await tasks.change(id, (present) => failed(present, reason));
        this.wakeup.wake();
        return false;
      }
      const isDone = ({ state }: data.SegmentStateInfo) =>
        state !== segmentStates.importing && state !== segmentStates.sealed;
      if (!states.every(isDone)) return false;
      await dataCoord.callUnsetIsImportingState(segmentIDs, { signal });
    }
    await tasks.change(id, (present) => ({
      ...moved(present, 'completed'),
      infos: withInfos(present.infos, [{ key: 'progress_percent', value: '100' }]),
    }));
    // Its DataNode is free.
    this.sendAtMs = 0;
    this.wakeup.wake();
    log.info({ taskID: id, segments: segmentIDs.length }, 'import completed');
    return true;
  }

  private async clean({ id, segmentIDs }: ImportTask, signal: AbortSignal): Promise<void> {
    if (segmentIDs.length > 0) await this.parts.dataCoord.callMarkSegmentsDropped(segmentIDs, { signal });
    await this.parts.tasks.change(id, (present) =>
      // More of them may have been told meanwhile.
      present.segmentIDs.length > segmentIDs.length ? present : moved(present, 'failed-and-cleaned'),
    );
  }
}
