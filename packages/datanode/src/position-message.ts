import type { Position } from '@millrace/core';
import type { internal } from '@millrace/proto';

/** A position as it crosses the wire. */
export function toMessage(position: Position): internal.MsgPosition {
  const { msgID } = position;
  return { ...position, msgID: Buffer.from(msgID.buffer, msgID.byteOffset, msgID.byteLength) };
}

/** A position of a DML channel, under the name of the virtual channel, as DataCoord stores it. Source: spec datanode-and-formats §4.3. */
export function positionOfChannel(position: Position, vchannel: string): Position {
  return { ...position, channelName: vchannel };
}
