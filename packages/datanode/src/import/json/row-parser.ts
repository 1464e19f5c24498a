import { Invalid } from '@millrace/core';
import type { ImportColumn } from '../import-batch.ts';
import { JsonCursor } from './json-cursor.ts';
import { type AppendValue, valueReader } from './json-value.ts';

const [openBrace, closeBrace, comma, colon] = [0x7b, 0x7d, 0x2c, 0x3a];

interface Target extends ImportColumn {
  readonly append: AppendValue;
}

/** Reads rows into one builder per field. Source: spec datanode-and-formats §10.3. */
export class RowParser {
  private readonly cursor = new JsonCursor();
  private readonly targets: readonly Target[];
  private readonly byName: ReadonlyMap<string, number>;
  private readonly automatic: string | undefined;
  /** Number of the row that gave each field last. */
  private readonly given: Int32Array;

  /** @param automatic name of the primary key that no row may give */
  constructor(columns: readonly ImportColumn[], automatic: string | undefined) {
    this.targets = columns.map((column) => ({ ...column, append: valueReader(column.of) }));
    this.byName = new Map(columns.map(({ of }, at) => [of.field.name, at]));
    this.automatic = automatic;
    this.given = new Int32Array(this.targets.length).fill(-1);
  }

  /** Appends the row that lies in `bytes[start, end)`. After an error the builders hold part of it. @throws Invalid that names what is wrong */
  parse(bytes: Buffer, start: number, end: number): void {
    this.cursor.move(bytes, start, end);
    const { cursor } = this;
    cursor.expect(openBrace);
    let fields = 0;
    if (!cursor.take(closeBrace)) {
      do {
        if (!cursor.string()) throw cursor.malformed('the name of a field');
        const at = this.fieldNamed(cursor.text());
        cursor.expect(colon);
        cursor.mark();
        const target = this.targets[at];
        target?.append(cursor, target.builder);
        fields++;
      } while (cursor.take(comma));
      cursor.expect(closeBrace);
    }
    cursor.expectEnd();
    if (fields < this.targets.length) {
      const missing = this.targets[this.given.findIndex((row) => row !== cursor.row)];
      throw new Invalid(`value of field '${missing?.of.field.name}' is missed`);
    }
  }

  private fieldNamed(name: string): number {
    const at = this.byName.get(name);
    if (at === undefined) {
      if (name === this.automatic)
        throw new Invalid(`the primary key '${name}' is auto-generated: leave it out of the rows`);
      throw new Invalid(`the field '${name}' is not defined in collection schema`);
    }
    if (this.given[at] === this.cursor.row)
      throw new Invalid(`the field '${name}' is given twice (row ${this.cursor.row})`);
    this.given[at] = this.cursor.row;
    return at;
  }
}
