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

/** The parts of a virtual channel's name. @throws Invalid for another name */
export function parseVchannel(vchannel: string): { pchannel: string; collectionID: UniqueID; shard: number } {
  const match = /^(.*)_(\d+)v(\d+)$/.exec(vchannel);
  if (match === null)
    throw new Invalid(`${vchannel} is not a virtual channel: expected <pchannel>_<collectionID>v<shard>`);
  const [, pchannel = '', collection = '', shard = ''] = match;
  return { pchannel, collectionID: BigInt(collection), shard: Number(shard) };
}

/** The configurable parts of channel names: the same in every role of a cluster. Source: spec datanode-and-formats §5.1. */
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

/** Those of a Milvus that is not configured otherwise. */
export const defaultChannelNames: ChannelNames = {
  cluster: 'by-dev',
  dml: 'rootcoord-dml',
  delta: 'rootcoord-delta',
  dataCoordTimeTick: 'datacoord-timetick-channel',
};

/** The physical channel of that index, from 0: `by-dev-rootcoord-dml_0`. Source: spec datanode-and-formats §5.1. */
export function dmlChannel(names: ChannelNames, index: number): string {
  return `${names.cluster}-${names.dml}_${index}`;
}

/** Where a DataNode forwards the deletes and ticks of a physical DML channel for query nodes. */
export function deltaChannelOf(names: ChannelNames, pchannel: string): string {
  return pchannel.replace(names.dml, names.delta);
}

/** Where DataNodes report rows and time to DataCoord: `by-dev-datacoord-timetick-channel`. Source: spec datacoord §4.1. */
export function dataCoordTimeTickChannel(names: ChannelNames): string {
  return `${names.cluster}-${names.dataCoordTimeTick}`;
}
