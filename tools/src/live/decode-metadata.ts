import { metaKeys, type ParsedMetaKey } from '@millrace/metastore';
import { data, internal } from '@millrace/proto';

interface Message {
  decode(bytes: Uint8Array): object;
  encode(message: object): { finish(): Uint8Array };
}

/** The message of each key that DataCoord or DataNode writes. Others are their own roles' business. */
const messages: Partial<Record<ParsedMetaKey['kind'], Message>> = {
  segment: codec(data.SegmentInfo),
  binlog: codec(data.FieldBinlog),
  deltalog: codec(data.FieldBinlog),
  statslog: codec(data.FieldBinlog),
  channelCheckpoint: codec(internal.MsgPosition),
  channelWatch: codec(data.ChannelWatchInfo),
  flushedSegment: codec(data.SegmentInfo),
  segmentReference: codec(data.SegmentReferenceLock),
};

const texts: Partial<Record<ParsedMetaKey['kind'], RegExp>> = {
  channelRemoval: /^(non-removed|removed)$/,
  serverIDCounter: /^\d+$/,
  nodeSession: /^\{.*\}$/,
  exclusiveSession: /^\{.*\}$/,
};

/** What the prefixes of the write path are called: a key below them that no template knows is one the original does not know either. */
const ownPrefixes = ['datacoord-meta/', 'channelwatch/', 'flushed-segment/', 'segmentRefer/', 'session/'];

/** Returns what the key is. Throws when it is unknown, or its value is not what the original writes there. */
export function decodeMetadata(root: string, key: string, value: Uint8Array): string {
  const parsed = metaKeys(root).parse(key);
  if (parsed === undefined) {
    if (ownPrefixes.some((prefix) => key.startsWith(`${root}/${prefix}`)))
      throw new Error('no such key is known');
    return 'of other roles';
  }
  const { kind } = parsed;
  const text = texts[kind];
  if (text !== undefined && !text.test(Buffer.from(value).toString())) {
    throw new Error(`${JSON.stringify(Buffer.from(value).toString())} is not ${text}`);
  }
  const message = messages[kind];
  if (message !== undefined) checkRoundTrip(message, value);
  return kind;
}

/** A value that comes back byte for byte holds no field that the message does not have. */
function checkRoundTrip(message: Message, value: Uint8Array): void {
  const again = message.encode(message.decode(value)).finish();
  if (!Buffer.from(again).equals(Buffer.from(value))) {
    throw new Error(
      `decodes, but encodes to other bytes: ${Buffer.from(value).toString('hex').slice(0, 200)}`,
    );
  }
}

/** ts-proto's codecs differ by their message type only, which is of no interest here. */
function codec<T extends object>(type: {
  decode(bytes: Uint8Array): T;
  encode(message: T): { finish(): Uint8Array };
}): Message {
  return { decode: (bytes) => type.decode(bytes), encode: (message) => type.encode(message as T) };
}
