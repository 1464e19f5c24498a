import type { Comparison } from '@millrace/proto/testing/compare-recorded';
import type { RecordedExchange } from '@millrace/proto/testing/recorded';
import { realClock } from '@millrace/runtime';
import { RawClient } from '@millrace/runtime/testing/raw-client';
import type { DataNodeSettings } from '../settings.ts';
import { served } from './served-node.ts';
import { strictEncoder } from './spoiled-memory.ts';
import { TestCluster, TestNode } from './test-node.ts';

/** Our DataNode behind a port, asked what a recorded one was asked. */
export class ReplayedNode {
  readonly cluster: TestCluster;
  readonly node: TestNode;
  readonly comparison: Comparison;
  private readonly server: Awaited<ReturnType<typeof served>>;
  private readonly client: RawClient;

  private constructor(
    cluster: TestCluster,
    node: TestNode,
    comparison: Comparison,
    server: Awaited<ReturnType<typeof served>>,
  ) {
    this.cluster = cluster;
    this.node = node;
    this.comparison = comparison;
    this.server = server;
    this.client = new RawClient(server.address);
  }

  /**
   * @param nodeID as the recorded one
   * @param startMs the time at which it starts: rows of the recording are not older than they were
   */
  static async start(
    nodeID: bigint,
    startMs: number,
    comparison: Comparison,
    settings: Partial<DataNodeSettings> = {},
  ): Promise<ReplayedNode> {
    const behindMs = realClock.now() - startMs;
    const cluster = new TestCluster({ ...realClock, now: () => realClock.now() - behindMs });
    const node = new TestNode(cluster, nodeID, settings, cluster.objects, strictEncoder());
    return new ReplayedNode(cluster, node, comparison, await served(node));
  }

  /** The recorded request with our ids in it. */
  request<Request>(exchange: RecordedExchange): Request {
    // Whoever names the call knows its request.
    return this.comparison.ids.message(exchange.request) as Request;
  }

  /** Asks, and returns the answer without comparing it. */
  async answer(exchange: RecordedExchange): Promise<unknown> {
    const { method, path } = exchange;
    if (method === undefined) throw new Error(`${path} is no call of ours`);
    const answer = await this.client.send(path, method.requestSerialize(this.request<never>(exchange)));
    if ('bytes' in answer) return method.responseDeserialize(answer.bytes);
    return { error: `rpc error: code = ${answer.codeName} desc = ${answer.details}` };
  }

  async ask(exchange: RecordedExchange): Promise<void> {
    this.comparison.answer(exchange, await this.answer(exchange));
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.server.close();
    await this.node.kill();
  }
}
