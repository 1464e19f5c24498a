import { common } from '@millrace/proto';
import type { ProxyParts } from '../proxy-parts.ts';
import { baseOf, type Call } from './call.ts';

const { MsgType } = common;

/** Definitions are RootCoord's: the proxy passes the request on under its own base, and forgets what it knew. */
async function changing<Answer>(parts: ProxyParts, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } finally {
    parts.collections.invalidate();
  }
}

export const createCollection: Call<'createCollection'> = (parts) => (request) =>
  changing(parts, () =>
    parts.rootCoord.createCollection({ ...request, base: baseOf(parts, MsgType.CreateCollection) }),
  );

export const dropCollection: Call<'dropCollection'> = (parts) => (request) =>
  changing(parts, () =>
    parts.rootCoord.dropCollection({ ...request, base: baseOf(parts, MsgType.DropCollection) }),
  );

export const alterCollection: Call<'alterCollection'> = (parts) => (request) =>
  changing(parts, () =>
    parts.rootCoord.alterCollection({ ...request, base: baseOf(parts, MsgType.AlterCollection) }),
  );

export const createPartition: Call<'createPartition'> = (parts) => (request) =>
  changing(parts, () =>
    parts.rootCoord.createPartition({ ...request, base: baseOf(parts, MsgType.CreatePartition) }),
  );

export const dropPartition: Call<'dropPartition'> = (parts) => (request) =>
  changing(parts, () =>
    parts.rootCoord.dropPartition({ ...request, base: baseOf(parts, MsgType.DropPartition) }),
  );

export const createAlias: Call<'createAlias'> = (parts) => (request) =>
  changing(parts, () =>
    parts.rootCoord.createAlias({ ...request, base: baseOf(parts, MsgType.CreateAlias) }),
  );

export const dropAlias: Call<'dropAlias'> = (parts) => (request) =>
  changing(parts, () => parts.rootCoord.dropAlias({ ...request, base: baseOf(parts, MsgType.DropAlias) }));

export const alterAlias: Call<'alterAlias'> = (parts) => (request) =>
  changing(parts, () => parts.rootCoord.alterAlias({ ...request, base: baseOf(parts, MsgType.AlterAlias) }));
