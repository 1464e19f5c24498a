import { WireScanner } from './wire-scanner.ts';

/** What every message has in field 1. Source: spec datanode-and-formats §5.2. */
export interface MessageBase {
  readonly msgType: number;
  readonly msgID: bigint;
  readonly timestamp: bigint;
}

export const emptyBase: MessageBase = { msgType: 0, msgID: 0n, timestamp: 0n };

/** The base of a message whose type is not known yet. */
export function scanBase(payload: Uint8Array): MessageBase {
  const scan = new WireScanner(payload);
  while (scan.more) {
    const tag = scan.uint32();
    if (tag === 10) return scanBaseFields(scan);
    scan.skip(tag & 7);
  }
  return emptyBase;
}

/** The fields of a MsgBase whose length comes next. */
export function scanBaseFields(scan: WireScanner): MessageBase {
  const end = scan.nestedEnd();
  let { msgType, msgID, timestamp } = emptyBase;
  while (scan.at < end) {
    const tag = scan.uint32();
    if (tag === 8) msgType = scan.uint32();
    else if (tag === 16) msgID = scan.int64();
    else if (tag === 24) timestamp = scan.uint64();
    else scan.skip(tag & 7);
  }
  return { msgType, msgID, timestamp };
}
