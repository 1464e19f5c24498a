import type { PrimaryKey } from '@millrace/binlog';
import type { UniqueID } from '@millrace/core';
import type { EncodeField, EncodeTask } from '../binlog-encoder.ts';

/** Some fields of one task, for one worker. Their memory is shared, only the description is copied. */
export interface EncoderJob {
  readonly jobID: number;
  /** With all fields of the job and the RowID column, which gives the order. */
  readonly task: EncodeTask;
  /** Fields to write. */
  readonly wanted: readonly UniqueID[];
}

/** A stats log and what it says, in the parts that cross between threads. */
export interface EncoderStats {
  readonly statsLog: Uint8Array;
  readonly min: PrimaryKey;
  readonly max: PrimaryKey;
  /** Of the bloom filter. */
  readonly bits: number;
  readonly probes: number;
  readonly words: Uint32Array<ArrayBuffer>;
}

/**
 * Values of the field's column. Not a view of them: what arrives at another thread is a view of another buffer of the same memory, and no
 * longer tells which column it is of.
 */
export interface ValuesPart {
  readonly start: number;
  readonly end: number;
}

export type PostedChunk = Uint8Array<ArrayBuffer> | ValuesPart;

export type EncoderResult =
  | {
      readonly jobID: number;
      /** Chunks of each wanted file. */
      readonly files: readonly (readonly PostedChunk[])[];
      /** Of the worker that has the primary key. */
      readonly stats: EncoderStats | undefined;
    }
  | { readonly jobID: number; readonly error: unknown };

/** What a worker is started with. */
export interface EncoderWorkerData {
  readonly compressionLevel: number;
}

/**
 * Shares fields out so that the workers get about the same number of bytes: largest first, each to whom has least.
 * @param underWay bytes each worker has to do already
 */
export function shareOut(fields: readonly EncodeField[], underWay: readonly number[]): EncodeField[][] {
  const shares = underWay.map((bytes) => ({ bytes, fields: [] as EncodeField[] }));
  for (const field of fields.toSorted((a, b) => b.column.values.length - a.column.values.length)) {
    const share = shares.reduce((least, other) => (other.bytes < least.bytes ? other : least));
    share.bytes += field.column.values.length;
    share.fields.push(field);
  }
  return shares.map((share) => share.fields);
}
