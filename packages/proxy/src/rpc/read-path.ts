import { Invalid } from '@millrace/core';
import type { Handlers } from './call.ts';

/** Calls that other parts of a Milvus cluster serve: query and index nodes, users and resource groups. */
const calls = [
  'loadCollection',
  'releaseCollection',
  'loadPartitions',
  'releasePartitions',
  'getLoadingProgress',
  'getLoadState',
  'createIndex',
  'describeIndex',
  'getIndexState',
  'getIndexBuildProgress',
  'dropIndex',
  'search',
  'query',
  'calcDistance',
  'getQuerySegmentInfo',
  'getReplicas',
  'loadBalance',
] as const satisfies readonly (keyof Handlers)[];

/** Each answers with the one error that says where the call is served. */
export function readPath(): Handlers {
  const handlers: Record<string, () => never> = {};
  for (const name of calls) {
    handlers[name] = () => {
      throw new Invalid(
        `${name} is not served: Millrace is the write path of Milvus. Read rows back with \`millrace rows\`, or run its DataCoord and DataNodes inside a Milvus cluster to search`,
      );
    };
  }
  // One handler for each name of the list above, which a type cannot follow.
  return handlers as Handlers;
}
