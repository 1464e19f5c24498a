import { Worker } from 'node:worker_threads';
import { Internal } from '@millrace/core';
import { rowIDField } from '../../pipeline/decode-insert.ts';
import type { BinlogEncoder, EncodeTask } from '../binlog-encoder.ts';
import { type EncoderJob, type EncoderResult, type EncoderWorkerData, shareOut } from './encoder-job.ts';

export interface WorkerPoolSettings {
  /** 1 to the number of cores. Default: 2. */
  readonly workers?: number;
  /** zstd. Default: 1. */
  readonly compressionLevel?: number;
}

interface Waiting {
  readonly resolve: (files: readonly Uint8Array[]) => void;
  readonly reject: (error: unknown) => void;
}

interface PoolWorker {
  readonly thread: Worker;
  readonly waiting: Map<number, Waiting>;
}

/**
 * Encodes in threads of its own, so that the event loop stays free: the fields of each task are shared out among them. Columns lie in shared
 * memory and are never copied. A thread that dies fails its tasks with Internal and is replaced.
 */
export class WorkerPoolEncoder implements BinlogEncoder {
  readonly allocate = (bytes: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(bytes));
  private readonly workers: (PoolWorker | undefined)[];
  private readonly data: EncoderWorkerData;
  /** Bytes each worker has to do. */
  private readonly underWay: number[];
  private closed = false;
  private jobs = 0;

  constructor({ workers = 2, compressionLevel = 1 }: WorkerPoolSettings = {}) {
    this.workers = Array.from({ length: workers }, () => undefined);
    this.underWay = this.workers.map(() => 0);
    this.data = { compressionLevel };
  }

  async encode(task: EncodeTask): Promise<readonly (readonly Uint8Array[])[]> {
    const rowIDs = task.fields.find(({ fieldID }) => fieldID === rowIDField);
    if (rowIDs === undefined) throw new Internal('rows without a RowID column cannot be put in order');
    const files = new Map<bigint, Uint8Array>();
    const shares = shareOut(task.fields, this.underWay);
    await Promise.all(
      shares.map(async (share, index) => {
        if (share.length === 0) return;
        const wanted = share.map(({ fieldID }) => fieldID);
        const fields = share.includes(rowIDs) ? share : [...share, rowIDs];
        const bytes = share.reduce((sum, { column }) => sum + column.values.length, 0);
        this.underWay[index] = (this.underWay[index] ?? 0) + bytes;
        const encoded = await this.post(index, { ...task, fields }, wanted).finally(() => {
          this.underWay[index] = (this.underWay[index] ?? 0) - bytes;
        });
        for (const [at, fieldID] of wanted.entries()) files.set(fieldID, encoded[at] ?? new Uint8Array(0));
      }),
    );
    return task.fields.map(({ fieldID }) => {
      const file = files.get(fieldID);
      if (file === undefined || file.length === 0) throw new Internal(`field ${fieldID} was not encoded`);
      return [file];
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.workers.map((worker) => worker?.thread.terminate()));
  }

  private post(index: number, task: EncodeTask, wanted: readonly bigint[]): Promise<readonly Uint8Array[]> {
    return new Promise((resolve, reject) => {
      const worker = this.worker(index);
      const jobID = this.jobs++;
      worker.waiting.set(jobID, { resolve, reject });
      const job: EncoderJob = { jobID, task, wanted };
      worker.thread.postMessage(job);
    });
  }

  private worker(index: number): PoolWorker {
    if (this.closed) throw new Internal('the encoder is closed: encode before closing it');
    const present = this.workers[index];
    if (present !== undefined) return present;
    // Sources and the published build differ in the suffix.
    const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const thread = new Worker(new URL(`./encoder-worker.${suffix}`, import.meta.url), {
      workerData: this.data,
    });
    const waiting = new Map<number, Waiting>();
    const worker = { thread, waiting };
    const fail = (error: unknown) => {
      if (this.workers[index] === worker) this.workers[index] = undefined;
      for (const { reject } of waiting.values())
        reject(
          new Internal('an encoding thread died: the channel is replayed from its checkpoint', {
            cause: error,
          }),
        );
      waiting.clear();
    };
    thread.on('error', fail);
    thread.on('exit', (code) => fail(new Error(`exit code ${code}`)));
    thread.on('message', (result: EncoderResult) => {
      const entry = waiting.get(result.jobID);
      waiting.delete(result.jobID);
      if ('files' in result) entry?.resolve(result.files);
      else entry?.reject(result.error);
    });
    this.workers[index] = worker;
    return worker;
  }
}
