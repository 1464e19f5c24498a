import { NotFound, segmentStates } from '@millrace/core';
import type { Call } from './call.ts';

/**
 * Shows imported segments to readers. All known ones are changed, also where some are unknown: the answer names the last of those. A server
 * that does not know its segments yet says so, instead of naming one. Source: spec datacoord §2.28.
 */
export const unsetIsImportingState: Call<'unsetIsImportingState'> =
  ({ component, meta, compactor }) =>
  async ({ segmentIds }) => {
    if (segmentIds.length > 0) component.requireHealthy();
    let unknown: bigint | undefined;
    for (const id of segmentIds) {
      if (meta.segments.get(id) === undefined) {
        unknown = id;
        continue;
      }
      const shown = await meta.change(id, (segment) =>
        segment.isImporting ? segment.with({ isImporting: false }) : segment,
      );
      // Until now it could not be compacted.
      if (shown.state === segmentStates.flushed) compactor.flushed(id);
    }
    if (unknown !== undefined) throw new NotFound(`segment not found ${unknown}`);
    return {};
  };
