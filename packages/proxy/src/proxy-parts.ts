import type { Clock, Logger } from '@millrace/core';
import type { data, rootcoord } from '@millrace/proto';
import type { ClientOf } from '@millrace/runtime';
import type { MessageStream } from '@millrace/stream';
import type { Batched } from './ids/batched.ts';
import type { SegmentAssigner } from './insert/segment-assigner.ts';
import type { WriteBudget } from './limits/write-budget.ts';
import type { CollectionCache } from './meta/collection-cache.ts';
import type { ProxySettings } from './settings.ts';
import type { InFlightWrites } from './ticks/in-flight.ts';

/** The parts a call works with. */
export interface ProxyParts {
  readonly settings: ProxySettings;
  readonly serverID: bigint;
  readonly rootCoord: ClientOf<typeof rootcoord.RootCoordService>;
  readonly dataCoord: ClientOf<typeof data.DataCoordService>;
  readonly stream: MessageStream;
  readonly collections: CollectionCache;
  readonly timestamps: Batched;
  readonly ids: Batched;
  readonly segments: SegmentAssigner;
  readonly writes: InFlightWrites;
  readonly budget: WriteBudget;
  readonly clock: Clock;
  readonly log: Logger;
}
