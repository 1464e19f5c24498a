import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { BloomFilter, type Column, type PrimaryKeySummary } from '@millrace/binlog';
import { Internal } from '@millrace/core';
import { rowIDField } from '../../pipeline/decode-insert.ts';
import type { BinlogEncoder, EncodedRows, EncodeTask } from '../binlog-encoder.ts';
import { noPrimaryKey } from '../inline-encoder.ts';
import {
  type EncoderJob,
  type EncoderResult,
  type EncoderStats,
  type EncoderWorkerData,
  type PostedChunk,
  shareOut,
} from './encoder-job.ts';
import { SharedMemory } from './shared-memory.ts';

/** How many threads encode, how hard they compress, and how much memory they keep. */
export interface WorkerPoolSettings {
  /** Default: one fewer than there are cores, for the event loop's sake, and at least 1. */
  readonly workers?: number;
  /** zstd. Default: 1. */
  readonly compressionLevel?: number;
  /**
   * Memory of written columns that is kept for the next ones. Default: 192 MiB, more than buffers and syncs of a busy node or the outputs of a
   * compaction come to: what is let go stays in the process until the next full collection, while new memory is taken beside it.
   */
  readonly idleBytesMax?: number;
}

const mebibyte = 1024 * 1024;

type Encoded = Extract<EncoderResult, { readonly files: unknown }>;

interface Waiting {
  readonly resolve: (encoded: Encoded) => void;
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
  readonly memory: SharedMemory;
  private readonly workers: (PoolWorker | undefined)[];
  private readonly data: EncoderWorkerData;
  /** Bytes each worker has to do. */
  private readonly underWay: number[];
  private closed = false;
  private jobs = 0;

  constructor({
    workers = Math.max(1, availableParallelism() - 1),
    compressionLevel = 1,
    idleBytesMax = 192 * mebibyte,
  }: WorkerPoolSettings = {}) {
    this.memory = new SharedMemory(idleBytesMax);
    this.workers = Array.from({ length: workers }, () => undefined);
    this.underWay = this.workers.map(() => 0);
    this.data = { compressionLevel };
  }

  async encode(task: EncodeTask): Promise<EncodedRows> {
    const rowIDs = task.fields.find(({ fieldID }) => fieldID === rowIDField);
    if (rowIDs === undefined) throw new Internal('rows without a RowID column cannot be put in order');
    const files = new Map<bigint, readonly Uint8Array[]>();
    let stats: EncoderStats | undefined;
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
        for (const [at, { fieldID, column }] of share.entries())
          files.set(fieldID, encoded.files[at]?.map((chunk) => bytesOf(chunk, column)) ?? []);
        stats ??= encoded.stats;
      }),
    );
    if (stats === undefined) throw noPrimaryKey(task);
    return {
      files: task.fields.map(({ fieldID }) => {
        const chunks = files.get(fieldID);
        if (chunks === undefined || chunks.length === 0)
          throw new Internal(`field ${fieldID} was not encoded`);
        return chunks;
      }),
      statsLog: stats.statsLog,
      summary: summaryOf(stats),
    };
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.workers.map((worker) => worker?.thread.terminate()));
  }

  private post(index: number, task: EncodeTask, wanted: readonly bigint[]): Promise<Encoded> {
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
      // It keeps nothing between tasks.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
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
      if ('files' in result) entry?.resolve(result);
      else entry?.reject(result.error);
    });
    this.workers[index] = worker;
    return worker;
  }
}

function bytesOf(chunk: PostedChunk, { values }: Column): Uint8Array {
  return chunk instanceof Uint8Array ? chunk : values.subarray(chunk.start, chunk.end);
}

function summaryOf({ min, max, bits, probes, words }: EncoderStats): PrimaryKeySummary {
  return { min, max, filter: new BloomFilter(bits, probes, words) };
}
