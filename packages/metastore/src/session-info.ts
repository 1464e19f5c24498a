import { Corrupt } from '@millrace/core';

/** Coordinators hold `session/<role>` alone; the others `session/<role>-<serverID>`. */
export const roles = {
  rootcoord: { exclusive: true },
  datacoord: { exclusive: true },
  querycoord: { exclusive: true },
  indexcoord: { exclusive: true },
  proxy: { exclusive: false },
  datanode: { exclusive: false },
  querynode: { exclusive: false },
  indexnode: { exclusive: false },
} as const satisfies Record<string, { readonly exclusive: boolean }>;

/** Milvus' roles, as they stand in session keys. Ours are rootcoord, datacoord, datanode and proxy; the others are the original's. */
export type Role = keyof typeof roles;

/** What a session key says. Source: spec datacoord §11.2. */
export interface SessionInfo {
  readonly serverID: bigint;
  readonly role: string;
  /** `host:port`, dialled as it is. */
  readonly address: string;
  readonly exclusive: boolean;
  /** The server is going: give it nothing new. */
  readonly stopping: boolean;
  /** A semantic version. The original DataCoord ignores DataNodes below 2.2.3. */
  readonly version: string;
}

/** JSON in the member order of the original, false members left out. */
export function encodeSession(info: SessionInfo): Uint8Array {
  const json = {
    ServerID: Number(info.serverID),
    ServerName: info.role,
    Address: info.address,
    ...(info.exclusive ? { Exclusive: true } : {}),
    ...(info.stopping ? { Stopping: true } : {}),
    TriggerKill: true,
    Version: info.version,
  };
  return Buffer.from(JSON.stringify(json));
}

/** Throws Corrupt for what is not a session. Members left out are zero, as in Go. */
export function decodeSession(key: string, value: Uint8Array): SessionInfo {
  const json = parseObject(key, value);
  const text = (name: string) => (typeof json[name] === 'string' ? json[name] : '');
  const serverID = json['ServerID'] ?? 0;
  if (typeof serverID !== 'number' || !Number.isSafeInteger(serverID))
    throw new Corrupt(`session ${key} has no valid ServerID`);
  return {
    serverID: BigInt(serverID),
    role: text('ServerName'),
    address: text('Address'),
    exclusive: json['Exclusive'] === true,
    stopping: json['Stopping'] === true,
    version: text('Version'),
  };
}

function parseObject(key: string, value: Uint8Array): { readonly [name: string]: unknown } {
  try {
    const json: unknown = JSON.parse(Buffer.from(value).toString());
    if (typeof json === 'object' && json !== null) return { ...json };
  } catch (cause) {
    throw new Corrupt(`session ${key} is not JSON`, { cause });
  }
  throw new Corrupt(`session ${key} is not a JSON object`);
}
