import { type Logger, NotFound } from '@millrace/core';
import type { SessionInfo } from '@millrace/metastore';
import { data } from '@millrace/proto';
import { type ClientOf, connect, type RpcClient } from '@millrace/runtime';

export type DataNodeCalls = ClientOf<typeof data.DataNodeService>;
export type ConnectDataNode = (address: string) => RpcClient<typeof data.DataNodeService>;

export const connectDataNode: ConnectDataNode = (address) => connect(data.DataNodeService, address);

/** The live DataNodes, by server id, and a client of each. */
export class DataNodes {
  private readonly clients = new Map<bigint, RpcClient<typeof data.DataNodeService>>();
  /** Those of the older API, which has neither imports nor compactions. */
  private readonly older = new Set<bigint>();
  private readonly connectTo: ConnectDataNode;
  private readonly log: Logger;

  constructor(connectTo: ConnectDataNode, log: Logger) {
    this.connectTo = connectTo;
    this.log = log;
  }

  get ids(): bigint[] {
    return [...this.clients.keys()];
  }

  /** Nodes that imports can be given to. */
  get importers(): bigint[] {
    return this.ids.filter((id) => !this.older.has(id));
  }

  /** @param client of a node of the older API, which is not dialed as others are */
  add(
    session: Pick<SessionInfo, 'serverID' | 'address'>,
    client?: RpcClient<typeof data.DataNodeService>,
  ): void {
    if (this.clients.has(session.serverID)) return;
    this.clients.set(session.serverID, client ?? this.connectTo(session.address));
    if (client !== undefined) this.older.add(session.serverID);
    this.log.info({ nodeID: session.serverID, address: session.address }, 'datanode joined');
  }

  remove(id: bigint): void {
    const client = this.clients.get(id);
    if (client === undefined) return;
    this.clients.delete(id);
    this.older.delete(id);
    client.close();
    this.log.info({ nodeID: id }, 'datanode left');
  }

  calls(id: bigint): DataNodeCalls {
    const client = this.clients.get(id);
    if (client === undefined) throw new NotFound(`can not find session of node ${id}`);
    return client.call;
  }

  close(): void {
    for (const client of this.clients.values()) client.close();
    this.clients.clear();
  }
}
