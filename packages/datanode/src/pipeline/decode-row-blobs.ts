import { fieldShape } from '@millrace/binlog';
import { Corrupt, copyBytes } from '@millrace/core';
import type { FieldBuffer } from './decode-insert.ts';
import type { InsertView } from './scan-insert.ts';
import { type ByteSpan, WireCursor } from './wire-cursor.ts';

/**
 * Appends the rows of a row-based message: each blob is the concatenation of the user fields in schema order, little-endian; strings cannot
 * occur. @throws Corrupt when the number of blobs or the length of one is wrong. Source: spec datanode-and-formats §5.3.
 */
export function appendRowBlobs(insert: InsertView, buffers: readonly FieldBuffer[]): void {
  const rowBytes = buffers.reduce((sum, { field }) => sum + fixedWidth(field), 0);
  const blobs = insert.rowData.map((span) => blobValue(insert.bytes, span));
  if (blobs.length !== insert.rows || blobs.some(({ start, end }) => end - start !== rowBytes)) {
    throw new Corrupt(
      `insert for segment ${insert.segmentID} has ${insert.rows} rows and ${blobs.length} blobs, which must have ${rowBytes} bytes each`,
    );
  }
  let offset = 0;
  for (const { field, builder } of buffers) {
    const { width } = fieldShape(field);
    const to = builder.extend(insert.rows);
    for (const [row, { start }] of blobs.entries()) {
      copyBytes(insert.bytes, start + offset, start + offset + width, to, row * width);
    }
    offset += width;
  }
}

function fixedWidth(field: FieldBuffer['field']): number {
  const { dataType, width } = fieldShape(field);
  if (dataType === 'varchar') {
    throw new Corrupt(
      `a row-based insert cannot carry field ${field.fieldID} (${field.name}): it holds strings`,
    );
  }
  return width;
}

/** Blob: `value = 1`. */
function blobValue(bytes: Uint8Array, span: ByteSpan): ByteSpan {
  const cursor = new WireCursor(bytes, span);
  let value: ByteSpan = { start: span.end, end: span.end };
  for (let number = cursor.nextField(); number !== 0; number = cursor.nextField()) {
    if (number === 1) value = cursor.span();
    else cursor.skip();
  }
  return value;
}
