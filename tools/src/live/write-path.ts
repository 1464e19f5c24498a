import type { ProcessName } from './live-cluster.ts';
import type { Setup } from './live-run.ts';

/** Who fills the places of DataCoord and DataNode. */
export const writePath: Readonly<Record<Setup, readonly ProcessName[]>> = {
  original: ['datacoord', 'datanode'],
  datacoord: ['our-datacoord', 'datanode'],
  datanodes: ['datacoord', 'our-datanode-1', 'our-datanode-2'],
  both: ['our-datacoord', 'our-datanode-1', 'our-datanode-2'],
};

/** All that is not the write path: the original's in every set-up. */
export const peers: readonly ProcessName[] = ['rootcoord', 'others', 'querynode', 'proxy'];
