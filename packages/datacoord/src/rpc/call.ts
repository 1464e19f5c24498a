import type { data } from '@millrace/proto';
import type { HandlersOf } from '@millrace/runtime';
import type { Coordinator } from '../coordinator.ts';

type Handlers = HandlersOf<typeof data.DataCoordService>;
export type CallName = keyof Handlers;

/** One call of the service over the coordinator's parts; each has a file of its own. */
export type Call<Name extends CallName> = (coordinator: Coordinator) => NonNullable<Handlers[Name]>;
