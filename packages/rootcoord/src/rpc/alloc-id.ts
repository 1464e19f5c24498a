import type { UniqueID } from '@millrace/core';
import type { rootcoord } from '@millrace/proto';

/** The first id of a block of `count`. */
export async function allocID(
  ids: { alloc(count: number): Promise<UniqueID> },
  { count }: rootcoord.AllocIDRequest,
): Promise<Partial<rootcoord.AllocIDResponse>> {
  return { ID: await ids.alloc(count), count };
}
