export const bytes = (text: string): Uint8Array => Buffer.from(text);

export const text = (content: Uint8Array): string => Buffer.from(content).toString();

/** Bytes without a short period, so that a chunk out of place shows. */
export function noise(length: number, seed = 1): Uint8Array {
  const content = new Uint8Array(length);
  let state = seed >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    content[i] = state >>> 24;
  }
  return content;
}

/** Equality of large objects without a report of each byte. */
export function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
