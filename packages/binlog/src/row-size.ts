import type { schema } from '@millrace/proto';
import { columnTypeOf, fieldShape, typeParam } from './data-type.ts';

/** A string counts as this many bytes at most when a row's size is estimated. Source: formats §9.3. */
const estimatedStringMax = 256;

/** Bytes a row of this schema is estimated to take, over all fields including RowID and Timestamp. Source: formats §9.3. @throws Invalid for a field without a binlog form */
export function estimatedRowBytes(
  fields: readonly Pick<schema.FieldSchema, 'dataType' | 'typeParams'>[],
): number {
  let bytes = 0;
  for (const field of fields) {
    bytes +=
      columnTypeOf(field.dataType) === 'varchar'
        ? Math.min(typeParam(field, 'max_length'), estimatedStringMax)
        : fieldShape(field).width;
  }
  return bytes;
}
