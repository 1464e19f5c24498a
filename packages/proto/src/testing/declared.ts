import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fromBinary } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  type FileDescriptorProto,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';

/** A field as the tables of Milvus' facts have it. */
export interface FieldFact {
  readonly name: string;
  readonly number: number;
  readonly type: string;
  readonly label: string;
}

let files: readonly FileDescriptorProto[] | undefined;

/** What is declared in a protobuf package of ours, by its own compiler. */
export function declaredIn(packageName: string) {
  files ??= compiled();
  const own = files.filter((file) => file.package === packageName);
  return {
    messages: new Map(own.flatMap((file) => file.messageType.map((m) => [m.name, m] as const))),
    enums: new Map(own.flatMap((file) => file.enumType.map((e) => [e.name, e] as const))),
    services: new Map(own.flatMap((file) => file.service.map((s) => [s.name, s] as const))),
  };
}

function compiled(): readonly FileDescriptorProto[] {
  const protos = fileURLToPath(new URL('../../../../proto', import.meta.url));
  const bytes = execFileSync('buf', ['build', protos, '-o', '-#format=binpb'], { maxBuffer: 2 ** 26 });
  return fromBinary(FileDescriptorSetSchema, bytes).file;
}

/** Fields as `number name: type`, in the words of the tables. */
export function fieldsOf(message: DescriptorProto): string[] {
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

/** A fact in the same words. */
export function rowOf({ number, name, type, label }: FieldFact): string {
  const prefix = label === 'repeated' || label.startsWith('oneof') ? `${label} ` : '';
  return `${number} ${name}: ${prefix}${type}`;
}
