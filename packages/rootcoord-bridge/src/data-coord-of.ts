import { defaultMetaRoot, discover, type MetaStore } from '@millrace/metastore';
import { data } from '@millrace/proto';
import { connectRole, type RpcClient } from '@millrace/runtime';

/** The DataCoord of a cluster, wherever its session says it is: looked up at the first call and again after each transport failure. */
export function dataCoordOf(
  store: MetaStore,
  metaRoot: string = defaultMetaRoot,
): RpcClient<typeof data.DataCoordService> {
  const lookUp = async () => (await discover(store, metaRoot, 'datacoord'))?.address;
  return connectRole(data.DataCoordService, 'datacoord', lookUp);
}
