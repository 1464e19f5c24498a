import type { Position, Timestamp } from '@millrace/core';
import type { DmlMessage } from '../dml/message.ts';

/** What became complete with one time tick. Source: spec datanode-and-formats §5.7. */
export interface Pack {
  /** In arrival order; all with endTs <= the pack's. Empty when only time has passed. */
  readonly messages: readonly DmlMessage[];
  /** The previous tick, 0 for the first pack of a channel read from its beginning. */
  readonly beginTs: Timestamp;
  /** The tick: every later pack holds newer messages only. */
  readonly endTs: Timestamp;
  /** End of the previous pack; undefined for the first pack of a channel read from its beginning. */
  readonly startPosition: Position | undefined;
  /** From here a reader gets everything that is newer than this pack, and nothing older. */
  readonly endPosition: Position;
}
