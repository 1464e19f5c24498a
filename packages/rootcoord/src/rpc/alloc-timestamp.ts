import type { Timestamp } from '@millrace/core';
import type { rootcoord } from '@millrace/proto';

/** The first timestamp of a block of `count`. */
export async function allocTimestamp(
  tso: { alloc(count: number): Promise<Timestamp> },
  { count }: rootcoord.AllocTimestampRequest,
): Promise<Partial<rootcoord.AllocTimestampResponse>> {
  return { timestamp: await tso.alloc(count), count };
}
