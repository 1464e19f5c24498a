import { readFileSync } from 'node:fs';
import { decodeInsertLog, stringsOf } from '@millrace/binlog';

// A binlog of a VarChar field, as Milvus 2.2.8 wrote it.
const [path = ''] = process.argv.slice(2);
const { segmentID, fieldID, column } = decodeInsertLog(readFileSync(path));
process.stdout.write(`segment ${segmentID} field ${fieldID}: ${column.rows} rows\n`);
if (column.dataType === 'varchar')
  for (const text of stringsOf(column)) process.stdout.write(`${Buffer.from(text)}\n`);
