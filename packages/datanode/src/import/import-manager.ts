import {
  aborted,
  Exhausted,
  errorOfKind,
  type Logger,
  MillraceError,
  Semaphore,
  type Service,
} from '@millrace/core';
import type { data } from '@millrace/proto';
import type { NodeWorld } from '../node-world.ts';
import { executeImport } from './execute-import.ts';
import { ImportReports } from './import-reports.ts';

/** Imports that are kept at a time, waiting ones included: a RootCoord gives a node one. */
const importsMax = 16;

/** Does the imports that DataCoord sends, one at a time: memory holds the working set of one. Source: spec datanode-and-formats §10. */
export class ImportManager implements Service {
  readonly name = 'import-manager';
  private readonly world: NodeWorld;
  private readonly log: Logger;
  private readonly slots = new Semaphore(1);
  private readonly running = new Set<Promise<void>>();
  private readonly stopped = new AbortController();

  constructor(world: NodeWorld) {
    this.world = world;
    this.log = world.log;
  }

  /** Until the signal aborts; then every import ends at once. */
  async run(signal: AbortSignal): Promise<void> {
    await aborted(signal);
    this.stopped.abort();
    await Promise.allSettled(this.running);
  }

  /**
   * Does an import and tells RootCoord what came of it; it goes on when the caller goes away, who is a DataCoord that may be restarted.
   * @throws an error with the text that RootCoord is told, of the kind of its cause; Exhausted when too many wait
   */
  import(task: data.ImportTask): Promise<void> {
    if (this.running.size >= importsMax)
      return Promise.reject(
        new Exhausted(`${this.running.size} imports wait for this DataNode: send it to another`),
      );
    const done = this.live(task).finally(() => this.running.delete(done));
    this.running.add(done);
    return done;
  }

  private async live(task: data.ImportTask): Promise<void> {
    const { clock, settings } = this.world;
    const { taskId: taskID } = task;
    const reports = new ImportReports(this.world, taskID, this.stopped.signal);
    const late = new AbortController();
    const over = new AbortController();
    const timer = clock
      .sleep(settings.importDeadlineMs, AbortSignal.any([this.stopped.signal, over.signal]))
      .then((slept) => slept && late.abort());
    try {
      const signal = AbortSignal.any([this.stopped.signal, late.signal]);
      const result = await this.slots.run(() => executeImport(this.world, task, reports, signal));
      await reports.persisted(result);
      const { rows, segments, tookMs } = result;
      this.log.info(
        { taskID, rows, segments: segments.length, tookMs: Math.round(tookMs) },
        'files imported',
      );
    } catch (error) {
      const reason = late.signal.aborted
        ? `the import took longer than ${settings.importDeadlineMs / 1000} s: import fewer rows at a time`
        : error instanceof Error
          ? error.message
          : String(error);
      this.log.warn({ taskID, error, reason }, 'import failed');
      await reports.failed(reason);
      // What is wrong with the files is no fault of the node; the code is the original's for whatever it is.
      const kind = error instanceof MillraceError ? error.kind : 'internal';
      throw errorOfKind(kind, reason, { cause: error, milvusCode: 'UnexpectedError' });
    } finally {
      over.abort();
      await timer;
    }
  }
}
