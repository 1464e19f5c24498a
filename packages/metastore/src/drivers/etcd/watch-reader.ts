import { Unavailable } from '@millrace/core';
import type { etcd } from '@millrace/proto';
import type { Revision, WatchBatch } from '../../meta-store.ts';
import { revisionOf, watchEventOf } from './messages.ts';

/** Turns the answers of one watch stream into batches of whole transactions. */
export class WatchReader {
  private readonly delivered: Revision;
  private fragments: etcd.Event[] = [];

  /** @param delivered the revision before the first one asked for */
  constructor(delivered: Revision) {
    this.delivered = delivered;
  }

  /**
   * What the answer completes, undefined for a part of more to come. `gap`: what was asked for is not in the history of this server.
   * Throws Unavailable when the server ends the watch for another reason.
   */
  take(response: etcd.WatchResponse): 'opened' | 'gap' | WatchBatch | undefined {
    const { created, canceled, compactRevision, cancelReason, fragment } = response;
    if (compactRevision > 0n) return 'gap';
    if (canceled) throw new Unavailable(`etcd ended a watch: ${cancelReason || 'no reason given'}`);
    // A server behind what we have seen would stay silent until it gets there: its data were restored from an older copy.
    if (created) return revisionOf(response) < this.delivered ? 'gap' : 'opened';
    for (const event of response.events) this.fragments.push(event);
    if (fragment) return undefined;
    const events = this.fragments.map(watchEventOf);
    this.fragments = [];
    // Not the header's revision: a watch that catches up gets the history in parts, and each names the store's present one.
    const last = events.at(-1);
    if (last === undefined) return undefined;
    const revision = last.type === 'put' ? last.kv.modRevision : last.modRevision;
    return { events, revision, snapshot: false };
  }
}
