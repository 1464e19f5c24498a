import type { milvus, schema } from '@millrace/proto';

/** Id and timestamp that each row gets. */
const rowHeadBytes = 16;

/** Bytes of the values of an insert, and of what its rows get beside them; counted before anything is made for the rows. */
export function insertBytes({ numRows, fieldsData }: milvus.InsertRequest): number {
  return fieldsData.reduce((sum, data) => sum + fieldBytes(data), numRows * rowHeadBytes);
}

function fieldBytes({ field }: schema.FieldData): number {
  if (field === undefined) return 0;
  if (field.$case === 'scalars') return scalarBytes(field.value.data);
  const { data } = field.value;
  return data?.$case === 'binaryVector' ? data.value.length : (data?.value.data.length ?? 0) * 4;
}

function scalarBytes(data: schema.ScalarField['data']): number {
  switch (data?.$case) {
    case undefined:
      return 0;
    case 'boolData':
      return data.value.data.length;
    case 'intData':
    case 'floatData':
      return data.value.data.length * 4;
    case 'longData':
    case 'doubleData':
      return data.value.data.length * 8;
    case 'stringData':
      return data.value.data.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    case 'bytesData':
      return data.value.data.reduce((sum, { length }) => sum + length, 0);
  }
}
