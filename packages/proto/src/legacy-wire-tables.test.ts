import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { declaredIn, type FieldFact, fieldsOf, rowOf } from './testing/declared.ts';

/** What the older Data Service had on the wire on 2021-02-04. */
interface LegacyTables {
  readonly services: Readonly<Record<string, { readonly methods: readonly MethodFact[] }>>;
  readonly messages: Readonly<Record<string, readonly FieldFact[]>>;
  readonly enums: Readonly<Record<string, readonly { readonly name: string; readonly number: number }[]>>;
}
interface MethodFact {
  readonly name: string;
  readonly request: string;
  readonly response: string;
}

const tables: LegacyTables = JSON.parse(
  readFileSync(new URL('../fixtures/legacy-wire-tables.json', import.meta.url), 'utf8'),
);
const legacy = declaredIn('millrace.legacy');
const today = declaredIn('milvus.proto.common');

/** Calls of the design that never reached a wire, under the names it gives them. */
const designed = {
  DataService: ['GetStatsChannel'],
  DataNode: ['Start', 'Close', 'WatchDdChannel', 'SetTimeTickChannel', 'SetStatsChannel', 'Flush'],
};

/** Where a type of then is declared here: what it shares with today stayed in its package. */
function here(type: string): string {
  const [packageName = '', name = ''] = type.replace(/^milvus\.proto\./, '').split('.');
  if (!['data', 'internal', 'milvus', 'common'].includes(packageName)) return type;
  return legacy.messages.has(name) || legacy.enums.has(name)
    ? `.millrace.legacy.${name}`
    : `.milvus.proto.${packageName}.${name}`;
}

const scalars = /^[a-z0-9]+$/;
const rowHere = (fact: FieldFact) =>
  rowOf(
    scalars.test(fact.type) ? fact : { ...fact, type: here(fact.type).replace(/^\.milvus\.proto\./, '') },
  );

describe('the older Data Service', () => {
  it('has every message of 2021-02-04, field by field', () => {
    for (const [type, facts] of Object.entries(tables.messages)) {
      const name = type.split('.')[1] ?? '';
      const own = legacy.messages.get(name);
      const message = own ?? today.messages.get(name);
      const fields = message === undefined ? ['missing'] : fieldsOf(message);
      const wanted = facts.map(rowHere).sort();
      // What today's common messages have beside, an old peer skips.
      const compared = own === undefined ? fields.filter((row) => wanted.includes(row)) : fields;
      expect({ type, fields: compared.sort() }).toEqual({ type, fields: wanted });
    }
  });

  it('has every value of its enums under the number it had', () => {
    for (const [type, values] of Object.entries(tables.enums)) {
      const name = type.split('.')[1] ?? '';
      const numbers = (legacy.enums.get(name) ?? today.enums.get(name))?.value.map(({ number }) => number);
      expect({ type, numbers }).toEqual({
        type,
        numbers: expect.arrayContaining(values.map(({ number }) => number)),
      });
    }
    for (const name of ['SegmentState', 'StateCode']) {
      const facts = Object.entries(tables.enums).find(([type]) => type.endsWith(`.${name}`))?.[1];
      const own = legacy.enums.get(name)?.value.map((value) => ({ name: value.name, number: value.number }));
      expect(own).toEqual(facts);
    }
  });

  it.each([
    ['DataService', declaredIn('milvus.proto.data').services.get('DataService')],
    ['DataNode', legacy.services.get('DataNode')],
  ] as const)('has every call of %s, and those that never reached a wire', (name, service) => {
    const ours = service?.method.map((m) => `${m.name}(${m.inputType}) ${m.outputType}`) ?? [];
    const facts = tables.services[name]?.methods ?? [];
    const theirs = facts.map((m) => `${m.name}(${here(m.request)}) ${here(m.response)}`);
    const beside = designed[name];
    expect(ours.filter((call) => !beside.some((added) => call.startsWith(`${added}(`))).sort()).toEqual(
      theirs.sort(),
    );
    expect(service?.method.map((m) => m.name)).toEqual(expect.arrayContaining([...beside]));
  });
});
