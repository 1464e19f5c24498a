import type { ColumnType } from '@millrace/binlog';
import { Invalid } from '@millrace/core';
import type { ImportField } from '../import-fields.ts';
import type { ImportFile } from '../import-files.ts';
import type { NpyHeader } from './npy-header.ts';

/** How one element of a file is stored. */
export interface Dtype {
  /** NumPy's letter: b, i, u, f, S, U. */
  readonly kind: string;
  /** Bytes of an element. */
  readonly width: number;
  readonly isBigEndian: boolean;
}

/** A file whose array is one that its field takes. */
export interface NpyArray {
  readonly file: ImportFile;
  readonly of: ImportField;
  readonly dtype: Dtype;
  readonly rows: number;
  readonly rowBytes: number;
  readonly dataOffset: number;
}

const accepted: Readonly<Record<ColumnType, readonly string[]>> = {
  bool: ['b1'],
  int8: ['i1'],
  int16: ['i2'],
  int32: ['i4'],
  int64: ['i8'],
  float: ['f4'],
  double: ['f8'],
  varchar: ['S', 'U'],
  'binary-vector': ['u1'],
  'float-vector': ['f4', 'f8'],
};

/** Checks that the array of a file is one that the field takes. Source: spec datanode-and-formats §10.4. @throws Invalid saying what it is and should be */
export function npyArray(file: ImportFile, of: ImportField, header: NpyHeader): NpyArray {
  const { field, shape } = of;
  const dtype = dtypeOf(header.descr);
  const types = accepted[shape.dataType];
  const name = dtype && (isString(dtype) ? dtype.kind : `${dtype.kind}${dtype.width}`);
  const wrong = (what: string) =>
    new Invalid(`the file '${file.path}' ${what}: field '${field.name}' is a ${shape.dataType}`);
  if (dtype === undefined || name === undefined || !types.includes(name))
    throw wrong(`has elements of type '${header.descr}' instead of ${types.join(' or ')}`);
  const [rows, ...rowShape] = header.shape;
  const wanted = elementsOf(of);
  const wantedShape = wanted === undefined ? '(rows)' : `(rows, ${wanted})`;
  if (
    rows === undefined ||
    rowShape.length !== (wanted === undefined ? 0 : 1) ||
    (rowShape[0] ?? wanted) !== wanted
  )
    throw wrong(`has the shape (${header.shape.join(', ')}) instead of ${wantedShape}`);
  if (header.fortranOrder && rowShape.length > 0)
    throw wrong('is in Fortran order, its rows do not lie together (use numpy.ascontiguousarray)');
  const rowBytes = dtype.width * (wanted ?? 1);
  const missing = header.dataOffset + rows * rowBytes - file.bytes;
  if (missing > 0)
    throw wrong(`is cut: its header says ${rows} rows of ${rowBytes} bytes, ${missing} bytes are missing`);
  return { file, of, dtype, rows, rowBytes, dataOffset: header.dataOffset };
}

export function isString({ kind }: Dtype): boolean {
  return kind === 'S' || kind === 'U';
}

/** Elements of a row that is an array. */
function elementsOf({ shape }: ImportField): number | undefined {
  switch (shape.dataType) {
    case 'float-vector':
      return shape.width / 4;
    case 'binary-vector':
      return shape.width;
    default:
      return undefined;
  }
}

/** Strings of more bytes are in no schema. */
const stringBytesMax = 4 * 65_535;

function dtypeOf(descr: string): Dtype | undefined {
  const [, order = '', kind = '', digits = ''] = /^([<>|=]?)([biufSU])(\d{1,6})$/.exec(descr) ?? [];
  if (kind === '') return undefined;
  const width = Number(digits) * (kind === 'U' ? 4 : 1);
  if (width > stringBytesMax) return undefined;
  return { kind, width, isBigEndian: order === '>' };
}
