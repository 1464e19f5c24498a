import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { declaredIn, type FieldFact, fieldsOf, rowOf } from './testing/declared.ts';

/** The facts of Milvus 2.2.8 that our .proto files must agree with: `T` marks what that version has. */
interface WireTables {
  readonly packages: Readonly<Record<string, PackageTable>>;
}
interface PackageTable {
  readonly services: Readonly<Record<string, { readonly methods: readonly MethodRow[] }>>;
  readonly messages: Readonly<Record<string, { readonly T: boolean; readonly fields: readonly FieldRow[] }>>;
  readonly enums: Readonly<Record<string, { readonly T: boolean; readonly values: readonly ValueRow[] }>>;
}
interface MethodRow {
  readonly name: string;
  readonly request: string;
  readonly response: string;
  readonly T: boolean;
}
interface FieldRow extends FieldFact {
  readonly T: boolean;
}
interface ValueRow {
  readonly name: string;
  readonly number: number;
  readonly T: boolean;
}

const tables: WireTables = JSON.parse(
  readFileSync(new URL('../fixtures/wire-tables.json', import.meta.url), 'utf8'),
);

describe.each(Object.entries(tables.packages))('%s', (packageName, table) => {
  const { messages, enums, services } = declaredIn(packageName);

  it('has every message of 2.2.8, field by field', () => {
    for (const [name, { T, fields }] of Object.entries(table.messages)) {
      if (!T) continue;
      const message = messages.get(name);
      const ours = message === undefined ? [] : fieldsOf(message);
      expect({ name, fields: ours.sort() }).toEqual({
        name,
        fields: fields
          .filter((field) => field.T)
          .map(rowOf)
          .sort(),
      });
    }
  });

  it('has every enum of 2.2.8, value by value', () => {
    for (const [name, { T, values }] of Object.entries(table.enums)) {
      if (!T) continue;
      const ours = enums.get(name)?.value.map((value) => `${value.name} = ${value.number}`) ?? [];
      const theirs = values.filter((value) => value.T).map((value) => `${value.name} = ${value.number}`);
      expect({ name, values: ours.sort() }).toEqual({ name, values: theirs.sort() });
    }
  });

  it('has every method of 2.2.8, and CompleteCompaction', () => {
    for (const [name, { methods }] of Object.entries(table.services)) {
      const ours = services.get(name)?.method.map((m) => `${m.name}(${m.inputType}) ${m.outputType}`) ?? [];
      const theirs = methods
        .filter((method) => method.T || method.name === 'CompleteCompaction')
        .map((method) => `${method.name}(.${method.request}) .${method.response}`);
      expect({ name, methods: ours.sort() }).toEqual({ name, methods: theirs.sort() });
    }
  });
});
