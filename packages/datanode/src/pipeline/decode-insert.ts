import { type ColumnBuilder, fieldShape } from '@millrace/binlog';
import { Corrupt, copyBytes } from '@millrace/core';
import type { schema } from '@millrace/proto';
import { appendRowBlobs } from './decode-row-blobs.ts';
import type { InsertView } from './scan-insert.ts';
import { countVarints, writeVarints } from './varints.ts';
import { type ByteSpan, WireCursor } from './wire-cursor.ts';

/** Field ids of the system columns. Source: spec datanode-and-formats §6.2. */
export const rowIDField = 0n;
export const timestampField = 1n;

/** A field and the buffer its rows go to. */
export interface FieldBuffer {
  readonly field: schema.FieldSchema;
  readonly builder: ColumnBuilder;
}

/**
 * Appends the rows of an insert to one buffer per schema field, straight from the message's bytes. All columns are checked before the first
 * is touched: after an error no buffer has changed. @throws Corrupt when a column is missing or its length is not the row count's.
 */
export function appendInsert(insert: InsertView, buffers: readonly FieldBuffer[]): void {
  const users = buffers.filter(({ field }) => !isSystemField(field.fieldID));
  if (insert.isRowBased) appendRowBlobs(insert, users);
  else appendColumns(insert, users);
  for (const { field, builder } of buffers) {
    if (field.fieldID === rowIDField) builder.appendFixed(insert.rowIDs);
    if (field.fieldID === timestampField) builder.appendFixed(insert.timestamps);
  }
}

export function isSystemField(fieldID: bigint): boolean {
  return fieldID === rowIDField || fieldID === timestampField;
}

function appendColumns(insert: InsertView, buffers: readonly FieldBuffer[]): void {
  const values = new Map(insert.fieldsData.map((span) => fieldValues(insert.bytes, span)));
  const appends = buffers.map((buffer) => {
    const spans = values.get(buffer.field.fieldID);
    if (spans === undefined)
      throw new Corrupt(`insert for segment ${insert.segmentID} lacks field ${name(buffer.field)}`);
    checkRows(insert, buffer.field, spans);
    return () => append(insert.bytes, spans, insert.rows, buffer.builder);
  });
  for (const run of appends) run();
}

/** The field id of a FieldData, and where the values of its data lie, whatever their type. */
function fieldValues(bytes: Uint8Array, span: ByteSpan): [bigint, ByteSpan[]] {
  const cursor = new WireCursor(bytes, span);
  const values: ByteSpan[] = [];
  let fieldID = 0n;
  for (let number = cursor.nextField(); number !== 0; number = cursor.nextField()) {
    if (number === 3) scalarValues(bytes, cursor.span(), values);
    else if (number === 4) vectorValues(bytes, cursor.span(), values);
    else if (number === 5) fieldID = cursor.int64();
    else cursor.skip();
  }
  return [fieldID, values];
}

/** ScalarField: a oneof of arrays, each of them `data = 1`. */
function scalarValues(bytes: Uint8Array, span: ByteSpan, values: ByteSpan[]): void {
  const cursor = new WireCursor(bytes, span);
  for (let number = cursor.nextField(); number !== 0; number = cursor.nextField()) {
    if (number <= 7) arrayValues(bytes, cursor.span(), values);
    else cursor.skip();
  }
}

/** VectorField: `float_vector = 2` is an array, `binary_vector = 3` the bytes themselves. */
function vectorValues(bytes: Uint8Array, span: ByteSpan, values: ByteSpan[]): void {
  const cursor = new WireCursor(bytes, span);
  for (let number = cursor.nextField(); number !== 0; number = cursor.nextField()) {
    if (number === 2) arrayValues(bytes, cursor.span(), values);
    else if (number === 3) values.push(cursor.span());
    else cursor.skip();
  }
}

function arrayValues(bytes: Uint8Array, span: ByteSpan, values: ByteSpan[]): void {
  const cursor = new WireCursor(bytes, span);
  for (let number = cursor.nextField(); number !== 0; number = cursor.nextField()) {
    if (number === 1) values.push(cursor.span());
    else cursor.skip();
  }
}

function checkRows(insert: InsertView, field: schema.FieldSchema, spans: readonly ByteSpan[]): void {
  const rows = rowsOf(insert.bytes, field, spans);
  if (rows !== insert.rows) {
    throw new Corrupt(
      `insert for segment ${insert.segmentID} has ${insert.rows} rows, its field ${name(field)} has ${rows}`,
    );
  }
}

function rowsOf(bytes: Uint8Array, field: schema.FieldSchema, spans: readonly ByteSpan[]): number {
  const { dataType, width } = fieldShape(field);
  switch (dataType) {
    case 'varchar':
      return spans.length;
    case 'bool':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      return countVarints(bytes, spans);
    case 'float':
    case 'double':
    case 'binary-vector':
    case 'float-vector':
      return spans.reduce((sum, { start, end }) => sum + end - start, 0) / width;
  }
}

function append(bytes: Uint8Array, spans: readonly ByteSpan[], rows: number, builder: ColumnBuilder): void {
  const { dataType, width } = builder.shape;
  switch (dataType) {
    case 'varchar':
      for (const { start, end } of spans) builder.appendUtf8(bytes, start, end);
      return;
    case 'bool':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      writeVarints(bytes, spans, width, builder.extend(rows));
      return;
    case 'float':
    case 'double':
    case 'binary-vector':
    case 'float-vector': {
      const to = builder.extend(rows);
      let at = 0;
      for (const { start, end } of spans) {
        copyBytes(bytes, start, end, to, at);
        at += end - start;
      }
    }
  }
}

function name(field: schema.FieldSchema): string {
  return `${field.fieldID} (${field.name})`;
}
