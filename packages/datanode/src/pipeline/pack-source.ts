import type { Position, UniqueID } from '@millrace/core';
import type { Pack } from '@millrace/stream';

/** Which part of a physical channel to read, and from where. */
export interface PackRequest {
  readonly vchannel: string;
  readonly pchannel: string;
  readonly collectionID: UniqueID;
  /** Undefined: from the earliest message. */
  readonly from: Position | undefined;
  /** Written into positions. */
  readonly subscription: string;
  readonly signal: AbortSignal;
}

/** Packs of one channel, in order, until the signal aborts. Source: spec datanode-and-formats §5.7. */
export interface PackSource {
  packs(request: PackRequest): AsyncIterable<Pack>;
}
