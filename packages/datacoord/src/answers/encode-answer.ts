import { Internal, type Pace } from '@millrace/core';
import { AnswerTooLarge, encodedAnswer } from '@millrace/runtime';
import { AnswerBuffer } from './answer-buffer.ts';
import type { Form } from './segment-encoder.ts';

/** Items between two looks at the clock: a fraction of a millisecond. */
const together = 100;
/** Memory that was not used before costs more than what is written to it: an answer of any length is written in two such pieces in turn. */
const pieceBytes = 512 * 1024;

/** An answer with a list of any length in it. */
export interface LongAnswer<Item> {
  /** Encoded fields of the answer before its list. */
  readonly before: Uint8Array;
  readonly items: readonly Item[];
  readonly form: Form<Item>;
  /** … and behind it. */
  readonly after?: Uint8Array;
  /** Told the bytes of the whole when the last of them are made. */
  readonly made?: (bytes: number) => void;
}

export interface AnswerLimits {
  /** Bytes a peer receives. */
  readonly bytesMax: number;
  /** What the peer can do when there are more. */
  readonly advice: string;
}

/**
 * For a handler to return. It is counted now and written while it is sent, without ever holding the event loop for long. Throws
 * AnswerTooLarge.
 */
export async function encodeAnswer<Item extends object, Response>(
  pace: Pace,
  answer: LongAnswer<Item>,
  limits: AnswerLimits,
): Promise<Partial<Response>> {
  const { before, items, form, after = noBytes } = answer;
  const sizes: number[] = [];
  let bytes = before.length + after.length;
  const count = (from: number) => {
    for (const item of items.slice(from, from + together)) {
      const size = form.bytes(item);
      sizes.push(size);
      bytes += size;
    }
  };
  // A short list is no reason to wait for a turn.
  if (items.length <= together) count(0);
  else
    for (let from = 0; from < items.length && bytes <= limits.bytesMax; from += together)
      await pace.run(() => count(from));
  if (bytes > limits.bytesMax) throw tooLarge(items.length, limits);
  return encodedAnswer(
    bytes > pieceBytes ? { bytes, pieces: pieces(pace, answer, sizes, bytes) } : inOne(answer, sizes, bytes),
  );
}

function inOne<Item extends object>(
  { before, items, form, after = noBytes, made }: LongAnswer<Item>,
  sizes: readonly number[],
  bytes: number,
): Uint8Array {
  const out = new AnswerBuffer(bytes);
  out.put(before);
  fill(out, form, items, sizes, 0);
  out.put(after);
  made?.(bytes);
  return out.written;
}

async function* pieces<Item extends object>(
  pace: Pace,
  { before, items, form, after = noBytes, made }: LongAnswer<Item>,
  sizes: readonly number[],
  bytes: number,
): AsyncGenerator<Uint8Array> {
  yield before;
  const room = Math.min(pieceBytes, bytes);
  let out = new AnswerBuffer(room);
  // Still on its way.
  let other: AnswerBuffer | undefined;
  for (let next = 0; next < items.length; ) {
    const first = sizes[next] ?? 0;
    if (first > out.room) out = new AnswerBuffer(first);
    out.at = 0;
    next = await pace.run(() => fill(out, form, items, sizes, next));
    yield out.written;
    [out, other] = [other ?? new AnswerBuffer(room), out];
  }
  yield after;
  made?.(bytes);
}

/** As many of the items as there is room for. Returns the place of the next one. */
function fill<Item extends object>(
  out: AnswerBuffer,
  form: Form<Item>,
  items: readonly Item[],
  sizes: readonly number[],
  from: number,
): number {
  let at = from;
  for (; at < items.length; at++) {
    const item = items[at];
    const size = sizes[at] ?? 0;
    const start = out.at;
    if (item === undefined || start + size > out.room) break;
    form.put(item, out);
    if (out.at !== start + size)
      throw new Internal(`a segment of an answer took ${out.at - start} bytes, ${size} were counted`);
  }
  return at;
}

function tooLarge(items: number, { bytesMax, advice }: AnswerLimits): AnswerTooLarge {
  return new AnswerTooLarge(
    `${items} segments with their logs are more than the ${bytesMax} bytes a peer receives: ${advice}`,
  );
}

const noBytes = new Uint8Array();
