import { listSessions } from '@millrace/metastore';
import { common, data } from '@millrace/proto';
import { connect, type RpcClient } from '@millrace/runtime';
import { EngineError } from '../../engines/engine.ts';
import type { LiveCluster } from '../live-cluster.ts';
import { until } from '../until.ts';

const readyDeadlineMs = 180_000;

export interface CoordinatorClient {
  readonly address: string;
  readonly client: RpcClient<typeof data.DataCoordService>;
}

/** The active DataCoord, as soon as it says that it is healthy. */
export async function coordinatorClient(cluster: LiveCluster, pollMs = 100): Promise<CoordinatorClient> {
  const address = await addressOf(cluster, 'datacoord');
  const client = connect(data.DataCoordService, address, { deadlineMs: 60_000 });
  await until(
    'DataCoord is healthy',
    readyDeadlineMs,
    async () => {
      const states = await client.call.getComponentStates({}).catch(() => undefined);
      return states?.state?.stateCode === common.StateCode.Healthy;
    },
    undefined,
    pollMs,
  );
  return { address, client };
}

async function addressOf(cluster: LiveCluster, role: string): Promise<string> {
  const [session, ...more] = await listSessions(cluster.store, cluster.metaRoot, role);
  if (session === undefined || more.length > 0)
    throw new EngineError(`${more.length + (session === undefined ? 0 : 1)} sessions as ${role}, not one`);
  return session.address;
}

/** The one DataNode's id. */
export async function dataNodeID(cluster: LiveCluster): Promise<bigint> {
  const [session] = await listSessions(cluster.store, cluster.metaRoot, 'datanode');
  if (session === undefined) throw new EngineError('there is no DataNode');
  return session.serverID;
}

/** Fails with what a status says. */
export function check(what: string, status: common.Status | undefined): void {
  if (status === undefined || status.errorCode === common.ErrorCode.Success) return;
  throw new EngineError(`${what}: ${status.reason}`);
}
