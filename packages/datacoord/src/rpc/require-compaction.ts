import { Invalid } from '@millrace/core';
import type { Coordinator } from '../coordinator.ts';

/** @throws Invalid with the text peers know where compaction is switched off. Source: spec datacoord §2.17 to §2.19 */
export function requireCompaction({ settings }: Coordinator): void {
  if (!settings.compaction.enabled)
    throw new Invalid('compaction disabled', { milvusCode: 'UnexpectedError' });
}
