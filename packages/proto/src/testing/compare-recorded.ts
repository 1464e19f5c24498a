import type { RecordedExchange } from './recorded.ts';
import { RecordedIDs } from './recorded-ids.ts';

/** Where our answer may differ from the recorded one, and why. */
export interface MayDiffer {
  /** Matched against `Call field.of.the.answer (what the probe is about)`; list positions are left out. */
  readonly at: RegExp;
  readonly reason: string;
  /** It differs now and then, as times do: that it was not needed once says nothing. */
  readonly byChance?: true;
  /** What must hold nevertheless. */
  readonly like: (recorded: unknown, ours: unknown) => boolean;
}

/** When an answer of ours counts as the recorded one: what is not named here must be equal, once recorded ids are translated to ours. */
export interface Likeness {
  readonly mayDiffer: readonly MayDiffer[];
  /** Fields in which an answer names an id for the first time, as a number or in a text; matched as `MayDiffer.at`. */
  readonly newIDs: RegExp;
  /** Lists whose order means nothing. */
  readonly unordered: RegExp;
}

/** Compares answers with recorded ones field by field, and keeps what it found. */
export class Comparison {
  readonly ids = new RecordedIDs();
  readonly differences: string[] = [];
  private readonly used = new Set<MayDiffer>();
  private readonly likeness: Likeness;

  constructor(likeness: Likeness) {
    this.likeness = likeness;
  }

  /** Rows of the table that nothing needed: they say what is not so. */
  get unused(): readonly string[] {
    return this.likeness.mayDiffer
      .filter((row) => row.byChance !== true && !this.used.has(row))
      .map(({ at, reason }) => `${at}: ${reason}`);
  }

  /** Compares our answer with the recorded one, or our gRPC error text, as `{ error }`, with the recorded error. */
  answer(exchange: RecordedExchange, ours: unknown): void {
    const { line, call, about } = exchange;
    const recorded = exchange.error === '' ? exchange.answer : { error: exchange.error };
    this.value(recorded, ours, new Place(`#${line} ${call}`, call, about, ''));
  }

  /** A request that the recorded one had its peer send. */
  request(exchange: RecordedExchange, ours: unknown): void {
    const { line, call, request } = exchange;
    this.value(request, ours, new Place(`#${line} ${call} request`, `${call} request`, '', ''));
  }

  private value(recorded: unknown, ours: unknown, place: Place): void {
    const row = this.likeness.mayDiffer.find(({ at }) => at.test(place.name));
    if (row !== undefined) {
      if (this.isSame(recorded, ours)) return;
      this.used.add(row);
      if (!row.like(recorded, ours)) this.differ(recorded, ours, place);
    } else if (typeof recorded === 'bigint' && typeof ours === 'bigint') {
      const isNew = recorded > 0n && this.likeness.newIDs.test(place.name);
      if (isNew ? !this.ids.pair(recorded, ours) : this.ids.id(recorded) !== ours)
        this.differ(recorded, ours, place);
    } else if (
      typeof recorded === 'string' &&
      typeof ours === 'string' &&
      this.likeness.newIDs.test(place.name)
    ) {
      if (!this.ids.pairTexts(recorded, ours)) this.differ(recorded, ours, place);
    } else if (Array.isArray(recorded) && Array.isArray(ours)) {
      this.list(recorded, ours, place);
    } else if (isMessage(recorded) && isMessage(ours)) {
      const wanted = new Map(Object.entries(recorded).map(([name, member]) => [this.ids.text(name), member]));
      for (const name of new Set([...wanted.keys(), ...Object.keys(ours)]))
        this.value(wanted.get(name), ours[name], place.member(name));
    } else if (!this.isSame(recorded, ours)) {
      this.differ(recorded, ours, place);
    }
  }

  private list(recorded: readonly unknown[], ours: readonly unknown[], place: Place): void {
    const isSorted = this.likeness.unordered.test(place.name);
    const left = isSorted ? sorted(recorded, (value) => this.ids.message(value)) : recorded;
    const right = isSorted ? sorted(ours, (value) => value) : ours;
    if (left.length !== right.length) {
      this.differ(recorded, ours, place);
      return;
    }
    for (const [at, item] of left.entries()) this.value(item, right[at], place);
  }

  private isSame(recorded: unknown, ours: unknown): boolean {
    return shown(this.ids.message(recorded)) === shown(ours);
  }

  private differ(recorded: unknown, ours: unknown, place: Place): void {
    this.differences.push(`${place.where}${place.field}: recorded ${shown(recorded)}, ours ${shown(ours)}`);
  }
}

class Place {
  readonly where: string;
  readonly field: string;
  private readonly call: string;
  private readonly about: string;

  constructor(where: string, call: string, about: string, field: string) {
    this.where = where;
    this.call = call;
    this.about = about;
    this.field = field;
  }

  get name(): string {
    return `${this.call}${this.field}${this.about === '' ? '' : ` (${this.about})`}`;
  }

  member(name: string): Place {
    return new Place(
      this.where,
      this.call,
      this.about,
      `${this.field === '' ? ' ' : `${this.field}.`}${name}`,
    );
  }
}

function isMessage(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

function sorted(list: readonly unknown[], translated: (value: unknown) => unknown): readonly unknown[] {
  return list
    .map((value) => ({ value, key: keyOf(translated(value)) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ value }) => value);
}

function keyOf(value: unknown): string {
  return isMessage(value)
    ? shown(value['ID'] ?? value['segmentID'] ?? value['fieldID'] ?? value['key'] ?? value['planID'] ?? value)
    : shown(value);
}

/** What JSON sees of a Buffer, before it asks. */
function isJsonBuffer(value: unknown): value is { readonly data: readonly number[] } {
  return isMessage(value) && value['type'] === 'Buffer' && Array.isArray(value['data']);
}

/** As text, the same for the same value. */
export function shown(value: unknown): string {
  return (
    JSON.stringify(value, (_name, member: unknown) => {
      if (typeof member === 'bigint') return `${member}n`;
      if (member instanceof Uint8Array) return `bytes ${Buffer.from(member).toString('hex')}`;
      if (isJsonBuffer(member)) return `bytes ${Buffer.from(member.data).toString('hex')}`;
      return member;
    }) ?? 'nothing'
  );
}
