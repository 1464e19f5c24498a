import type { internal } from '@millrace/proto';
import type { RootCoordSettings } from '../settings.ts';

/** Settings whose key begins with `pattern`, under Milvus' key `rootcoord.<name>`, lower case. */
export function showConfigurations(
  settings: RootCoordSettings,
  { pattern }: internal.ShowConfigurationsRequest,
): Partial<internal.ShowConfigurationsResponse> {
  const configuations = Object.entries(settings)
    .filter(([, value]) => typeof value !== 'object')
    .map(([name, value]) => ({ key: `rootcoord.${name}`.toLowerCase(), value: String(value) }))
    .filter(({ key }) => key.startsWith(pattern.toLowerCase()));
  return { configuations };
}
