import { Invalid } from '@millrace/core';
import { common } from '@millrace/proto';

/** The original refuses a request whose base names another message type. One that names none passes here. */
export function requireMessageType(base: common.MsgBase | undefined, expected: common.MsgType): void {
  const got = base?.msgType ?? common.MsgType.Undefined;
  if (got !== common.MsgType.Undefined && got !== expected)
    throw new Invalid(`invalid msg type, expect ${nameOf(expected)}, but got ${nameOf(got)}`, {
      milvusCode: 'UnexpectedError',
    });
}

function nameOf(type: common.MsgType): string {
  return Object.entries(common.MsgType).find(([, number]) => number === type)?.[0] ?? String(type);
}
