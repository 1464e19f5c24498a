import { common, type milvus } from '@millrace/proto';
import type { HandlersOf } from '@millrace/runtime';
import type { ProxyParts } from '../proxy-parts.ts';

export type Handlers = HandlersOf<typeof milvus.MilvusServiceService>;

/** One call of the service over the proxy's parts; each has a file of its own. */
export type Call<Name extends keyof Handlers> = (parts: ProxyParts) => NonNullable<Handlers[Name]>;

/** The base of a request this proxy makes. */
export function baseOf(parts: ProxyParts, msgType: common.MsgType): common.MsgBase {
  return common.MsgBase.fromPartial({ msgType, sourceID: parts.serverID });
}
