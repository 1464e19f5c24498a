import { Internal } from '@millrace/core';
import type { Coordinator } from '../coordinator.ts';

/** @throws Internal with the text peers know where compaction is switched off. Source: spec datacoord §2.17 to §2.19 */
export function requireCompaction({ settings }: Coordinator): void {
  if (!settings.compaction.enabled) throw new Internal('compaction disabled');
}
