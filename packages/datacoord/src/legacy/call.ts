import type { dataService } from '@millrace/proto';
import type { HandlersOf } from '@millrace/runtime';
import type { Coordinator } from '../coordinator.ts';

export type DataServiceHandlers = HandlersOf<typeof dataService.DataServiceService>;

/** One call of the older Data Service over the parts of today's coordinator. */
export type LegacyCall<Name extends keyof DataServiceHandlers> = (
  coordinator: Coordinator,
) => NonNullable<DataServiceHandlers[Name]>;
