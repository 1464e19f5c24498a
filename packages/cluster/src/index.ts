export { type LocalCluster, startLocalCluster } from './supervisor/local-cluster.ts';
export type { ClusterSettings } from './supervisor/topology.ts';
