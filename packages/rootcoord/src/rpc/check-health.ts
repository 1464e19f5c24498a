import type { milvus } from '@millrace/proto';
import type { Health } from '../health.ts';

/** Healthy as long as it serves and every registered proxy keeps reporting. */
export function checkHealth(
  health: Health,
  silentProxies: readonly bigint[],
): Partial<milvus.CheckHealthResponse> {
  const reasons = silentProxies.map(
    (id) => `proxy ${id} has not reported a time tick since it registered: time ticks wait for it`,
  );
  if (!health.isHealthy)
    reasons.unshift(
      `role rootcoord[nodeID: ${health.serverID}] is unhealthy, reason: rootcoord is ${health.state}`,
    );
  return { isHealthy: reasons.length === 0, reasons };
}
