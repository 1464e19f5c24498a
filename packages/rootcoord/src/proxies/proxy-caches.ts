import type { Logger, Timestamp, UniqueID } from '@millrace/core';
import { common, type proxy } from '@millrace/proto';
import { checked, type RpcClient } from '@millrace/runtime';

type ProxyClient = RpcClient<typeof proxy.ProxyService>;

export interface ProxyCachesComponents {
  readonly log: Logger;
  /** Addresses of the registered proxies, `host:port`. */
  readonly listAddresses: () => Promise<readonly string[]>;
  readonly connect: (address: string) => ProxyClient;
  readonly serverID: UniqueID;
}

export interface Expiry {
  readonly collectionName: string;
  /** 0: by name alone. */
  readonly collectionID: UniqueID;
  readonly timestamp: Timestamp;
  readonly msgType: common.MsgType;
}

/** What proxies remember of collections is made invalid when DDL changes it. */
export class ProxyCaches {
  private readonly components: ProxyCachesComponents;
  private readonly deadlineMs: number;
  private readonly clients = new Map<string, ProxyClient>();

  constructor(components: ProxyCachesComponents, deadlineMs: number) {
    this.components = components;
    this.deadlineMs = deadlineMs;
  }

  /**
   * Resolves when every registered proxy has forgotten the collection or the deadline has passed. A proxy that cannot be told is logged,
   * and does not fail the DDL call: it is either gone, or refused by DataCoord once it writes to what was dropped.
   */
  async expire(expiry: Expiry): Promise<void> {
    const { log, serverID } = this.components;
    const { collectionName, collectionID, timestamp, msgType } = expiry;
    try {
      const addresses = await this.components.listAddresses();
      this.forgetAllBut(new Set(addresses));
      await Promise.all(
        addresses.map(async (address) => {
          try {
            const base = common.MsgBase.fromPartial({ msgType, timestamp, sourceID: serverID });
            const { call } = this.client(address);
            checked(
              await call.invalidateCollectionMetaCache(
                { base, collectionName, collectionID },
                { deadlineMs: this.deadlineMs },
              ),
            );
          } catch (error) {
            log.warn({ address, collectionName, error }, 'proxy keeps its cache');
          }
        }),
      );
    } catch (error) {
      log.warn({ collectionName, error }, 'proxies keep their caches');
    }
  }

  close(): void {
    this.forgetAllBut(new Set());
  }

  private client(address: string): ProxyClient {
    let client = this.clients.get(address);
    if (client === undefined) {
      client = this.components.connect(address);
      this.clients.set(address, client);
    }
    return client;
  }

  private forgetAllBut(addresses: ReadonlySet<string>): void {
    for (const [address, client] of this.clients) {
      if (addresses.has(address)) continue;
      client.close();
      this.clients.delete(address);
    }
  }
}
