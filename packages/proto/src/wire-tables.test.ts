import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromBinary } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  type FileDescriptorProto,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';

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
interface FieldRow {
  readonly name: string;
  readonly number: number;
  readonly type: string;
  readonly label: string;
  readonly T: boolean;
}
interface ValueRow {
  readonly name: string;
  readonly number: number;
  readonly T: boolean;
}

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const tables: WireTables = JSON.parse(readFileSync(at('../fixtures/wire-tables.json'), 'utf8'));
const files = compiled();

function compiled(): readonly FileDescriptorProto[] {
  const bytes = execFileSync('buf', ['build', at('../../../proto'), '-o', '-#format=binpb'], {
    maxBuffer: 2 ** 26,
  });
  return fromBinary(FileDescriptorSetSchema, bytes).file;
}

function inPackage(name: string): readonly FileDescriptorProto[] {
  return files.filter((file) => file.package === name);
}

/** Fields as `number name: type`, in the words of the tables. */
function fieldsOf(message: DescriptorProto): string[] {
  return message.field.map((field) => {
    const entry = message.nestedType.find(({ name }) => field.typeName.endsWith(`.${message.name}.${name}`));
    if (entry?.options?.mapEntry === true) {
      const [key, value] = entry.field;
      return `${field.number} ${field.name}: map<${typeOf(key)},${typeOf(value)}>`;
    }
    // Unset, the index reads as 0 through the prototype.
    const oneof = Object.hasOwn(field, 'oneofIndex') ? message.oneofDecl[field.oneofIndex]?.name : undefined;
    const repeated = field.label === FieldDescriptorProto_Label.REPEATED;
    return `${field.number} ${field.name}: ${oneof !== undefined ? `oneof ${oneof} ` : repeated ? 'repeated ' : ''}${typeOf(field)}`;
  });
}

function typeOf(field: DescriptorProto['field'][number] | undefined): string {
  if (field === undefined) return '?';
  if (field.typeName !== '') return field.typeName.replace(/^\.milvus\.proto\./, '');
  return FieldDescriptorProto_Type[field.type].toLowerCase();
}

function rowOf({ number, name, type, label }: FieldRow): string {
  const prefix = label === 'repeated' || label.startsWith('oneof') ? `${label} ` : '';
  return `${number} ${name}: ${prefix}${type}`;
}

describe.each(Object.entries(tables.packages))('%s', (packageName, table) => {
  const messages = new Map(
    inPackage(packageName).flatMap((file) => file.messageType.map((m) => [m.name, m] as const)),
  );
  const enums = new Map(
    inPackage(packageName).flatMap((file) => file.enumType.map((e) => [e.name, e] as const)),
  );
  const services = new Map(
    inPackage(packageName).flatMap((file) => file.service.map((s) => [s.name, s] as const)),
  );

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
