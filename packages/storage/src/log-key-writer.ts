import { copyWords, wordsAhead } from '@millrace/core';
import { type LogKind, type LogOwner, logPrefix, segmentLogPrefix } from './object-paths.ts';

/**
 * Writes keys of logs as bytes, the same that `logObjectKey` gives, without a string for each: an answer names a million of them. First
 * `segment`, then for the logs of each field `select`, then for each log `writePrefix` and behind it `writeID`.
 */
export class LogKeyWriter {
  private readonly root: string;
  private readonly prefixes: { readonly [Kind in LogKind]: Prefix };
  private readonly fields = new Map<number, Buffer>();
  private selected: Prefix;
  private collectionID: bigint | undefined;
  private partitionID: bigint | undefined;
  /** `<segment>/` */
  private readonly segmentBytes: Buffer = Buffer.alloc(idCharactersMax + 1 + wordsAhead);
  private readonly segmentView = new DataView(this.segmentBytes.buffer, this.segmentBytes.byteOffset);
  private segmentLength = 0;
  private readonly millions = new Millions();

  constructor(root: string) {
    this.root = root;
    const prefix = (kind: LogKind) => new Prefix(logPrefix(root, kind));
    this.prefixes = { insert: prefix('insert'), stats: prefix('stats'), delta: prefix('delta') };
    this.selected = this.prefixes.insert;
  }

  /** Most bytes a key takes, whatever its ids, with what must be free behind it. */
  get bytesMax(): number {
    return this.prefixes.insert.bytes.length + idCharactersMax + wordsAhead;
  }

  /** The segment whose keys follow. */
  segment({ collectionID, partitionID, segmentID }: LogOwner): void {
    this.segmentLength = this.writeSegment(segmentID);
    for (const kind of kinds) this.prefixes[kind].isOfSegment = false;
    if (collectionID === this.collectionID && partitionID === this.partitionID) return;
    for (const kind of kinds) {
      const whole = segmentLogPrefix(this.root, kind, { collectionID, partitionID, segmentID });
      this.prefixes[kind].setPartition(whole.slice(0, -this.segmentLength));
    }
    this.collectionID = collectionID;
    this.partitionID = partitionID;
  }

  /** The field whose logs follow (without meaning for deltas). Returns the bytes their keys begin with, which `writePrefix` writes. */
  select(kind: LogKind, fieldID: number): number {
    const prefix = this.prefixes[kind];
    this.selected = prefix;
    if (!prefix.isOfSegment) prefix.setSegment(this.segmentView, this.segmentLength);
    if (kind !== 'delta') prefix.setField(this.field(fieldID));
    return prefix.length;
  }

  /** What `select` returns, for who only counts. */
  prefixLength(kind: LogKind, fieldID: number): number {
    const ofSegment = this.prefixes[kind].partitionEnd + this.segmentLength;
    return kind === 'delta' ? ofSegment : ofSegment + this.field(fieldID).length;
  }

  /** Writes what `select` chose. Up to seven bytes behind it are overwritten too. */
  writePrefix(target: DataView, at: number): void {
    const { view, length } = this.selected;
    copyWords(target, at, view, 0, length);
  }

  /** Writes a log's id, given as its two unsigned words (below 2^63), and returns where it ends. */
  writeID(low: number, high: number, target: DataView, at: number): number {
    const { millions } = this;
    const above = low - millions.low;
    if (high !== millions.high || above < 0 || above >= million) return millions.write(low, high, target, at);
    return writeSix(above, target, millions.copy(target, at));
  }

  private writeSegment(segmentID: bigint): number {
    // No id is negative, but a record may say it.
    if (segmentID < 0n) return this.segmentBytes.write(`${segmentID}/`);
    quad[0] = segmentID;
    const end = this.writeID(words[0] ?? 0, words[1] ?? 0, this.segmentView, 0);
    this.segmentBytes[end] = slash;
    return end + 1;
  }

  private field(fieldID: number): Buffer {
    let field = this.fields.get(fieldID);
    if (field === undefined) {
      field = Buffer.from(`${fieldID}/`);
      this.fields.set(fieldID, field);
    }
    return field;
  }
}

const kinds: readonly LogKind[] = ['insert', 'stats', 'delta'];
const idCharactersMax = 20;
const slash = '/'.charCodeAt(0);
/** A bigint becomes two words without arithmetic on bigints. */
const quad = new BigUint64Array(1);
const words = new Uint32Array(quad.buffer);

/** What the keys of one kind begin with, as far as it is known. */
class Prefix {
  readonly bytes: Buffer;
  readonly view: DataView;
  length = 0;
  /** Whether it goes on with the present segment behind the partition. */
  isOfSegment = false;
  partitionEnd = 0;
  private segmentEnd = 0;

  constructor(folder: string) {
    const idsAndSlashes = 4 * (idCharactersMax + 1);
    this.bytes = Buffer.alloc(Buffer.byteLength(folder) + idsAndSlashes + wordsAhead);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
  }

  setPartition(text: string): void {
    this.partitionEnd = this.bytes.write(text);
  }

  setSegment(text: DataView, length: number): void {
    this.segmentEnd = copyWords(this.view, this.partitionEnd, text, 0, length);
    this.length = this.segmentEnd;
    this.isOfSegment = true;
  }

  setField(text: Uint8Array): void {
    let at = this.segmentEnd;
    for (let from = 0; from < text.length; from++) this.bytes[at++] = text[from] ?? 0;
    this.length = at;
  }
}

const million = 1_000_000;

/** The digits of the last id above its last six: ids of one writer mostly have them in common. */
class Millions {
  /** The id with six zeros at its end, as two unsigned words; none at first. */
  low = 0;
  high = -1;
  private readonly digits = new DataView(new ArrayBuffer(3 * wordsAhead));
  private length = 0;

  copy(target: DataView, at: number): number {
    return copyWords(target, at, this.digits, 0, this.length);
  }

  /** Writes any id, and knows it from then on. */
  write(low: number, high: number, target: DataView, at: number): number {
    // Long division by a million in doubles: every step stays below 2^53.
    const quotient = Math.floor(high / million);
    const rest = (high - quotient * million) * 2 ** 32 + low;
    const next = Math.floor(rest / million);
    const lower = rest - next * million;
    const left = quotient * 2 ** 32 + next;
    if (left === 0) return writeNumber(lower, target, at);
    const upper = Math.floor(left / million);
    const middle = left - upper * million;
    const { digits } = this;
    this.length =
      upper > 0 ? writeSix(middle, digits, writeNumber(upper, digits, 0)) : writeNumber(middle, digits, 0);
    // Six zeros that reach into the word below are not worth knowing.
    this.high = low >= lower ? high : -1;
    this.low = low - lower;
    return writeSix(lower, target, this.copy(target, at));
  }
}

/** The three digits of each number below a thousand, as the bytes of a little-endian word. */
const triples = new Int32Array(1000);
for (let number = 0; number < 1000; number++) {
  const digits = Buffer.from(`${String(number).padStart(3, '0')}\0`);
  triples[number] = digits.readInt32LE();
}

function writeSix(number: number, target: DataView, at: number): number {
  const upper = (number / 1000) | 0;
  target.setInt32(at, triples[upper] ?? 0, true);
  target.setInt32(at + 3, triples[number - upper * 1000] ?? 0, true);
  return at + 6;
}

/** Without leading zeros. */
function writeNumber(number: number, target: DataView, at: number): number {
  if (number >= 1000) {
    const upper = (number / 1000) | 0;
    at = writeNumber(upper, target, at);
    target.setInt32(at, triples[number - upper * 1000] ?? 0, true);
    return at + 3;
  }
  const skipped = number >= 100 ? 0 : number >= 10 ? 1 : 2;
  target.setInt32(at, (triples[number] ?? 0) >>> (8 * skipped), true);
  return at + 3 - skipped;
}
