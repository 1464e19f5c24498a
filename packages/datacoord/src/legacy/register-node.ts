import { Invalid } from '@millrace/core';
import type { DataServiceHandlers } from './call.ts';
import { ddChannel, nodeTickChannel, segmentInfoChannel, statisticsChannel } from './channel-names.ts';
import type { OldNodes } from './old-nodes.ts';

/** Takes a node of the older API in: its id, and the channels it works with. It gets channels to read once it answers at its address. */
export function registerNode(nodes: OldNodes): NonNullable<DataServiceHandlers['registerNode']> {
  const { channelNames } = nodes.coordinator.settings;
  return async ({ address }) => {
    const { ip, port } = address ?? { ip: '', port: 0n };
    if (!/^[\w.:-]+$/.test(ip) || port < 1n || port > 65_535n)
      throw new Invalid(`cannot call a node back at "${ip}:${port}": register with its ip and port`);
    const nodeID = await nodes.register(`${ip.includes(':') ? `[${ip}]` : ip}:${port}`);
    // Nodes of then end at a key they do not know: these four and no other.
    const startParams = [
      { key: 'DDChannelName', value: ddChannel(channelNames) },
      { key: 'SegmentStatisticsChannelName', value: statisticsChannel(channelNames) },
      { key: 'TimeTickChannelName', value: nodeTickChannel(channelNames) },
      { key: 'CompleteFlushChannelName', value: segmentInfoChannel(channelNames) },
    ];
    return { initParams: { nodeID, startParams } };
  };
}
