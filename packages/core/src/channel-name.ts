import { Invalid } from './errors.ts';
import type { UniqueID } from './timestamp.ts';

/** Physical channels carry virtual channels: `<pchannel>_<collectionID>v<shard>`. Source: spec datanode-and-formats §5.1. */
export function vchannelName(pchannel: string, collectionID: UniqueID, shard: number): string {
  return `${pchannel}_${collectionID}v${shard}`;
}

/** The physical channel of a virtual one: the text before the last underscore, the whole name where there is none. */
export function pchannelOf(vchannel: string): string {
  const cut = vchannel.lastIndexOf('_');
  return cut < 0 ? vchannel : vchannel.slice(0, cut);
}

/** Collection and shard of a virtual channel. */
export function parseVchannel(vchannel: string): { pchannel: string; collectionID: UniqueID; shard: number } {
  const match = /^(.*)_(\d+)v(\d+)$/.exec(vchannel);
  if (match === null)
    throw new Invalid(`${vchannel} is not a virtual channel: expected <pchannel>_<collectionID>v<shard>`);
  const [, pchannel = '', collection = '', shard = ''] = match;
  return { pchannel, collectionID: BigInt(collection), shard: Number(shard) };
}

export interface ChannelNames {
  /** `by-dev` */
  readonly cluster: string;
  /** `rootcoord-dml` */
  readonly dml: string;
  /** `rootcoord-delta` */
  readonly delta: string;
  /** `datacoord-timetick-channel` */
  readonly dataCoordTimeTick: string;
}

export const defaultChannelNames: ChannelNames = {
  cluster: 'by-dev',
  dml: 'rootcoord-dml',
  delta: 'rootcoord-delta',
  dataCoordTimeTick: 'datacoord-timetick-channel',
};

export function dmlChannel(names: ChannelNames, index: number): string {
  return `${names.cluster}-${names.dml}_${index}`;
}

/** Where a DataNode forwards the deletes and ticks of a physical DML channel for query nodes. */
export function deltaChannelOf(names: ChannelNames, pchannel: string): string {
  return pchannel.replace(names.dml, names.delta);
}

export function dataCoordTimeTickChannel(names: ChannelNames): string {
  return `${names.cluster}-${names.dataCoordTimeTick}`;
}
