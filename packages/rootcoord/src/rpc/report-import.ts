import type { common, rootcoord } from '@millrace/proto';
import type { ImportManager } from '../import/import-manager.ts';

/** A DataNode tells how an import goes. Source: spec datanode-and-formats §10.5. */
export async function reportImport(
  imports: ImportManager,
  result: rootcoord.ImportResult,
): Promise<Partial<common.Status>> {
  await imports.report(result);
  return {};
}
