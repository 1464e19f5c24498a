import { aborted, type Clock, type Service } from '@millrace/core';
import type { Segment } from '../meta/segment.ts';
import { type SegmentTable, visitPart } from '../meta/segment-table.ts';
import type { Form } from './segment-encoder.ts';

/** Segments between two turns of the event loop: a fraction of a millisecond, so that calls do not wait. */
const partSegments = 400;

/**
 * Counts what every segment takes in an answer, at once after the start: query coordinators ask for whole collections, and the first one would
 * wait for that. What changes later is counted when it is asked for.
 */
export class CountAhead implements Service {
  readonly name = 'count-ahead';
  private readonly segments: SegmentTable;
  private readonly form: Form<Segment>;
  private readonly clock: Clock;

  /** @param form one that keeps what it counted */
  constructor(segments: SegmentTable, form: Form<Segment>, clock: Clock) {
    this.segments = segments;
    this.form = form;
    this.clock = clock;
  }

  async run(signal: AbortSignal): Promise<void> {
    const all = this.segments.all();
    const count = (segment: Segment) => this.form.bytes(segment);
    while ((await this.clock.sleep(0, signal)) && visitPart(all, partSegments, count));
    await aborted(signal);
  }
}
