import type { Column } from '../column.ts';
import { encodings, pageTypes, physicalForms, physicalTypes } from './physical-type.ts';
import { ThriftWriter } from './thrift-writer.ts';

/** Header of a version 1 data page in PLAIN encoding. `checksum` is the CRC-32 of the stored bytes as a signed number. */
export function pageHeader(
  rows: number,
  uncompressedBytes: number,
  storedBytes: number,
  checksum: number | undefined,
): Uint8Array {
  return new ThriftWriter().element((header) => {
    header.i32(1, pageTypes.data).i32(2, uncompressedBytes).i32(3, storedBytes);
    if (checksum !== undefined) header.i32(4, checksum);
    header.struct(5, (page) =>
      page.i32(1, rows).i32(2, encodings.plain).i32(3, encodings.rle).i32(4, encodings.rle),
    );
  }).bytes;
}

/** File metadata: column `val`, OPTIONAL, one row group that starts right after the magic. Source: formats §6.3. */
export function footer(
  column: Column,
  codec: number,
  total: { readonly uncompressed: number; readonly compressed: number },
  createdBy: string,
): Uint8Array {
  const form = physicalForms[column.dataType];
  return new ThriftWriter().element((file) => {
    file.i32(1, 2);
    file.structs(2, [(root) => root.text(4, 'schema').i32(5, 1), (leaf) => writeLeaf(leaf, column)]);
    file.i64(3, column.rows);
    file.structs(4, [
      (group) =>
        group
          .structs(1, [
            (chunk) =>
              chunk
                .i64(2, 4)
                .struct(3, (meta) =>
                  meta
                    .i32(1, form.type)
                    .i32s(2, [encodings.plain, encodings.rle])
                    .texts(3, ['val'])
                    .i32(4, codec)
                    .i64(5, column.rows)
                    .i64(6, total.uncompressed)
                    .i64(7, total.compressed)
                    .i64(9, 4),
                ),
          ])
          .i64(2, total.uncompressed)
          .i64(3, column.rows),
    ]);
    file.text(6, createdBy);
  }).bytes;
}

const optional = 1;

function writeLeaf(leaf: ThriftWriter, column: Column): void {
  const form = physicalForms[column.dataType];
  leaf.i32(1, form.type);
  if (form.type === physicalTypes.fixedLenByteArray) leaf.i32(2, column.width);
  leaf.i32(3, optional).text(4, 'val');
  if (form.convertedType !== undefined) leaf.i32(6, form.convertedType);
  const bits = form.integerBits;
  if (column.dataType === 'varchar') leaf.struct(10, (logical) => logical.struct(1, () => {}));
  else if (bits !== undefined) {
    leaf.struct(10, (logical) => logical.struct(10, (integer) => integer.i8(1, bits).bool(2, true)));
  }
}
