import { type Compress, encodeInsertLog, sortByRowID, zstd } from '@millrace/binlog';
import { Internal } from '@millrace/core';
import { rowIDField } from '../pipeline/decode-insert.ts';
import type { BinlogEncoder, EncodeTask } from './binlog-encoder.ts';

/** Encodes where it is called: for tests, the simulator, and inside the workers of the pool. */
export class InlineEncoder implements BinlogEncoder {
  private readonly compress: Compress;

  constructor(compressionLevel = 1) {
    this.compress = zstd(compressionLevel);
  }

  async encode(task: EncodeTask): Promise<readonly (readonly Uint8Array[])[]> {
    return encodeTask(task, this.compress);
  }

  async close(): Promise<void> {}
}

/** @throws Internal when the task has no RowID column */
export function encodeTask(task: EncodeTask, compress: Compress): Uint8Array[][] {
  const { fields, ...descriptor } = task;
  const rowIDs = fields.find(({ fieldID }) => fieldID === rowIDField);
  if (rowIDs === undefined) throw new Internal('rows without a RowID column cannot be put in order');
  const columns = new Map(fields.map(({ fieldID, column }) => [fieldID, column] as const));
  const sorted = sortByRowID(columns, rowIDs.column);
  return fields.map(({ fieldID, dataType, column }) =>
    encodeInsertLog({ ...descriptor, fieldID, dataType, column: sorted.get(fieldID) ?? column, compress }),
  );
}
