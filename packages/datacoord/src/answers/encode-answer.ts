import type { Pace } from '@millrace/core';
import { AnswerTooLarge } from '@millrace/runtime';
import { AnswerBuffer } from './answer-buffer.ts';

/** Items written between two looks at the clock: a fraction of a millisecond. */
const together = 100;

/** An answer with a list of any length in it. */
export interface LongAnswer<Item> {
  /** Encoded fields of the answer before its list. */
  readonly before: Uint8Array;
  readonly items: readonly Item[];
  /** At least what `put` writes. */
  readonly bytesMax: (item: Item) => number;
  readonly put: (item: Item, out: AnswerBuffer) => void;
  /** … and behind it. */
  readonly after?: Uint8Array;
}

export interface AnswerLimits {
  /** Bytes a peer receives. */
  readonly bytesMax: number;
  /** What the peer can do when there are more. */
  readonly advice: string;
}

/** Writes the answer without ever holding the event loop for long. Throws AnswerTooLarge. */
export async function encodeAnswer<Item>(
  pace: Pace,
  { before, items, bytesMax, put, after = noBytes }: LongAnswer<Item>,
  limits: AnswerLimits,
): Promise<Buffer> {
  let most = 0;
  let sum = before.length + after.length;
  await inGroups(items, pace, (item) => {
    const bytes = bytesMax(item);
    most = Math.max(most, bytes);
    sum += bytes;
  });
  // Beyond the limit it is given up at the first item that passes it.
  const out = new AnswerBuffer(Math.min(sum, limits.bytesMax + before.length + after.length + most));
  out.put(before);
  await inGroups(items, pace, (item) => {
    if (out.at > limits.bytesMax) throw tooLarge(items.length, limits);
    put(item, out);
  });
  out.put(after);
  if (out.at > limits.bytesMax) throw tooLarge(items.length, limits);
  return out.written;
}

async function inGroups<Item>(items: readonly Item[], pace: Pace, each: (item: Item) => void): Promise<void> {
  for (let from = 0; from < items.length; from += together) {
    await pace.run(() => {
      for (const item of items.slice(from, from + together)) each(item);
    });
  }
}

function tooLarge(items: number, { bytesMax, advice }: AnswerLimits): AnswerTooLarge {
  return new AnswerTooLarge(
    `${items} segments with their logs are more than the ${bytesMax} bytes a peer receives: ${advice}`,
  );
}

const noBytes = new Uint8Array();
