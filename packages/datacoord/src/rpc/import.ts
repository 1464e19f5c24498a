import { Exhausted, randomInt, Unavailable } from '@millrace/core';
import { describeError } from '@millrace/runtime';
import type { Call } from './call.ts';

/** An import reads gigabytes; its result is told to RootCoord, not to us. */
const importDeadlineMs = 3 * 3_600_000;

/** Gives an import to a DataNode that has none. Source: spec datacoord §2.23. */
export const importFiles: Call<'import'> =
  ({ nodes, random, log }) =>
  (request) => {
    const { importers } = nodes;
    if (importers.length === 0) throw new Unavailable('');
    const free = importers.filter((id) => !request.workingNodes.includes(id));
    const node = free.length === 0 ? undefined : free[randomInt(random, free.length)];
    if (node === undefined)
      throw new Exhausted(
        'all DataNodes are busy working on data import, the task has been rejected and wait for idle datanode',
      );
    const task = request.importTask?.taskId;
    nodes
      .calls(node)
      .import(request, { deadlineMs: importDeadlineMs })
      .then(({ errorCode, reason }) => log.info({ node, task, errorCode, reason }, 'import ended'))
      .catch((error: unknown) => log.warn({ node, task, error: describeError(error) }, 'import failed'));
    return { datanodeId: node };
  };
