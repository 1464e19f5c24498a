import { Exhausted } from '@millrace/core';

/** Refuses the whole publication when one of its messages is above the limit. */
export function checkMessageSizes(channel: string, payloads: readonly Uint8Array[], bytesMax: number): void {
  for (const { length } of payloads) {
    if (length > bytesMax)
      throw new Exhausted(
        `message of ${length} bytes for ${channel}: the limit is ${bytesMax}, send it in smaller slices`,
      );
  }
}
