import type { ProcessName } from '../live-cluster.ts';

export type SideName = 'original' | 'ours';

/** Who holds the places of DataCoord and DataNode while it is measured. One DataNode each, so that both have the same to do. */
export interface Side {
  readonly name: SideName;
  readonly datacoord: ProcessName;
  readonly datanode: ProcessName;
}

export const sides: readonly Side[] = [
  { name: 'original', datacoord: 'datacoord', datanode: 'datanode' },
  { name: 'ours', datacoord: 'our-datacoord', datanode: 'our-datanode-1' },
];
