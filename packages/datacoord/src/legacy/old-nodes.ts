import { Exhausted, Wakeup } from '@millrace/core';
import { type MetaStore, scan } from '@millrace/metastore';
import { legacy } from '@millrace/proto';
import { connect, type RpcClient } from '@millrace/runtime';
import type { Coordinator } from '../coordinator.ts';
import { IDAllocator } from '../segments/id-allocator.ts';
import { todaysCalls } from './todays-calls.ts';

/** More than any cluster has; a caller that registers in a loop is told so. */
const nodesMax = 256;

export interface OldNode {
  readonly nodeID: bigint;
  readonly address: string;
  readonly client: RpcClient<typeof legacy.DataNodeService>;
  /** Monotonic time of its last answer, or of its registration. */
  answeredMs: number;
  /** It was told its channels by this process. */
  introduced: boolean;
}

/**
 * The registered nodes of the older API. They have no session: a record of each lets a restarted coordinator go on with them, and being
 * answered by them is what keeps them in.
 */
export class OldNodes {
  readonly coordinator: Coordinator;
  readonly registered: Wakeup;
  private readonly byID = new Map<bigint, OldNode>();
  private readonly ids: IDAllocator;
  private newcomers = 0;

  constructor(coordinator: Coordinator) {
    this.coordinator = coordinator;
    this.registered = new Wakeup(coordinator.clock);
    this.ids = new IDAllocator(coordinator.rootCoord, 1);
  }

  all(): readonly OldNode[] {
    return [...this.byID.values()];
  }

  get(nodeID: bigint): OldNode | undefined {
    return this.byID.get(nodeID);
  }

  /** Before the first look at the assignments: their owners are not gone only because the coordinator was. */
  async load(store: MetaStore): Promise<void> {
    const { keys } = this.coordinator;
    for await (const { kvs } of scan(store, { prefix: keys.prefix.legacyNodes() })) {
      for (const { key, value } of kvs) {
        const parsed = keys.parse(key);
        if (parsed?.kind === 'legacyNode') this.admit(this.add(parsed.nodeID, Buffer.from(value).toString()));
      }
    }
  }

  /** A node that registers from an address again has ended in between: its former id is gone at once. */
  async register(address: string): Promise<bigint> {
    const { commit, keys, log } = this.coordinator;
    const { nodeID, former } = await this.newcomer(address, async () => {
      const id = await this.ids.allocate();
      await commit([{ put: keys.key.legacyNode({ nodeID: id }), value: Buffer.from(address) }]);
      const before = this.all().filter((node) => node.address === address);
      this.add(id, address);
      return { nodeID: id, former: before };
    });
    for (const node of former) await this.forget(node, 'registered again');
    log.info({ nodeID, address }, 'node of the older API registered');
    this.registered.wake();
    return nodeID;
  }

  /** From now on it is given channels. */
  admit(node: OldNode): void {
    const { nodeID: serverID, address } = node;
    this.coordinator.nodes.add(
      { serverID, address },
      { call: todaysCalls(node, this.coordinator), close: () => node.client.close() },
    );
  }

  /** It is no node any more: its channels go to others, and what it still saves is refused. */
  async forget(node: OldNode, reason: string): Promise<void> {
    const { commit, keys, log, nodes } = this.coordinator;
    const { nodeID, address } = node;
    if (!this.byID.delete(nodeID)) return;
    log.info({ nodeID, address, reason }, 'node of the older API forgotten');
    nodes.remove(nodeID);
    node.client.close();
    await commit([{ delete: keys.key.legacyNode({ nodeID }) }]);
  }

  close(): void {
    for (const { client } of this.byID.values()) client.close();
  }

  /** Counts a node while it is about to be one, so that many at once are not more than there may be. */
  private async newcomer<T>(address: string, add: () => Promise<T>): Promise<T> {
    const others = this.all().filter((node) => node.address !== address).length;
    if (others + this.newcomers >= nodesMax)
      throw new Exhausted(`${nodesMax} nodes are registered: wait until those that ended are forgotten`);
    this.newcomers++;
    try {
      return await add();
    } finally {
      this.newcomers--;
    }
  }

  private add(nodeID: bigint, address: string): OldNode {
    const client = connect(legacy.DataNodeService, address);
    const answeredMs = this.coordinator.clock.monotonic();
    const node: OldNode = { nodeID, address, client, answeredMs, introduced: false };
    this.byID.set(nodeID, node);
    return node;
  }
}
