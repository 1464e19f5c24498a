import { type LogKind, type LogOwner, logPrefix, segmentLogPrefix } from './object-paths.ts';

/**
 * Writes keys of logs as bytes, the same that `logObjectKey` gives, without a string for each: an answer names a million of them. First
 * `segment`, then for each field `writePrefix`, then for each log `writeID` behind a prefix. Writes of four bytes: three more than a key
 * takes must be free behind it.
 */
export class LogKeyWriter {
  private readonly root: string;
  private readonly folders: { readonly [Kind in LogKind]: Buffer };
  private readonly fields = new Map<number, Buffer>();
  private owner: Uint8Array = new Uint8Array();
  private collectionID: bigint | undefined;
  private partitionID: bigint | undefined;
  /** `<collection>/<partition>/` */
  private partition = '';

  constructor(root: string) {
    this.root = root;
    const folder = (kind: LogKind) => Buffer.from(logPrefix(root, kind));
    this.folders = { insert: folder('insert'), stats: folder('stats'), delta: folder('delta') };
  }

  /** Most bytes a key takes, whatever its ids. */
  get bytesMax(): number {
    // Five numbers of up to twenty characters, the slashes between them, and what is written too much.
    return this.folders.insert.length + 5 * 20 + 4 + 3;
  }

  /** The segment whose keys follow. */
  segment({ collectionID, partitionID, segmentID }: LogOwner): void {
    if (collectionID !== this.collectionID || partitionID !== this.partitionID) {
      const whole = segmentLogPrefix(this.root, 'insert', { collectionID, partitionID, segmentID });
      this.partition = whole.slice(this.folders.insert.length, -`${segmentID}/`.length);
      this.collectionID = collectionID;
      this.partitionID = partitionID;
    }
    this.owner = Buffer.from(`${this.partition}${segmentID}/`, 'latin1');
  }

  /** Writes what the keys of a field's logs begin with (of any field, for deltas) and returns where it ends. */
  writePrefix(kind: LogKind, fieldID: number, target: Uint8Array, at: number): number {
    const folder = this.folders[kind];
    target.set(folder, at);
    at += folder.length;
    target.set(this.owner, at);
    at += this.owner.length;
    if (kind === 'delta') return at;
    let field = this.fields.get(fieldID);
    if (field === undefined) {
      field = Buffer.from(`${fieldID}/`);
      this.fields.set(fieldID, field);
    }
    target.set(field, at);
    return at + field.length;
  }

  /** Writes a log's id, given as its two unsigned words (below 2^63), and returns where it ends. */
  writeID(low: number, high: number, target: DataView, at: number): number {
    // Long division by a million in doubles: every step stays below 2^53.
    const quotient = Math.floor(high / million);
    const rest = (high - quotient * million) * 2 ** 32 + low;
    const next = Math.floor(rest / million);
    const lower = rest - next * million;
    const left = quotient * 2 ** 32 + next;
    const upper = Math.floor(left / million);
    const middle = left - upper * million;
    if (upper > 0) {
      at = writeNumber(upper, target, at);
      at = writeSix(middle, target, at);
      return writeSix(lower, target, at);
    }
    if (middle > 0) {
      at = writeNumber(middle, target, at);
      return writeSix(lower, target, at);
    }
    return writeNumber(lower, target, at);
  }
}

const million = 1_000_000;

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
