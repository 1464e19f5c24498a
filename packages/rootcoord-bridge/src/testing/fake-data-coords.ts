import { seededRandom, silentLogger } from '@millrace/core';
import { common, data } from '@millrace/proto';
import { connectRole, type HandlersOf, RpcServer, realClock } from '@millrace/runtime';
import { DataCoordBridge, type DataCoordClient } from '../data-coord-bridge.ts';

export const serverID = 7n;
export const timestamp = 470638902741041156n;
/** The status of a call that fails. */
export const failing: common.Status = {
  errorCode: common.ErrorCode.UnexpectedError,
  reason: 'no space left',
};
/** The status of a DataCoord that starts. */
export const notReady: common.Status = { errorCode: common.ErrorCode.NotReadyServe, reason: 'starting' };

export function aBridge(): DataCoordBridge {
  return new DataCoordBridge({
    clock: realClock,
    random: seededRandom(1),
    log: silentLogger,
    allocTimestamp: async () => timestamp,
    serverID,
  });
}

/** DataCoords that answer as a test has them answer, and clients of them. All end with `close`. */
export class FakeDataCoords {
  private readonly closers: (() => Promise<void> | void)[] = [];

  async close(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
  }

  onClose(close: () => Promise<void> | void): void {
    this.closers.push(close);
  }

  async serve(
    handlers: HandlersOf<typeof data.DataCoordService>,
  ): Promise<{ address: string; stop: () => Promise<void> }> {
    const server = new RpcServer({ log: silentLogger, host: '127.0.0.1', graceMs: 50 });
    server.add(data.DataCoordService, { getComponentStates: () => ({}), ...handlers });
    const port = await server.listen(0);
    this.onClose(() => server.stop());
    return { address: `127.0.0.1:${port}`, stop: () => server.stop() };
  }

  clientAt(lookUp: () => string | undefined): DataCoordClient {
    const client = connectRole(data.DataCoordService, 'datacoord', async () => lookUp());
    this.onClose(() => client.close());
    return client.call;
  }

  async connectedTo(handlers: HandlersOf<typeof data.DataCoordService>): Promise<DataCoordBridge> {
    const { address } = await this.serve(handlers);
    return this.connected(this.clientAt(() => address));
  }

  /** To one whose every call ends in what Go calls a panic. */
  panicking(): Promise<DataCoordBridge> {
    const panic = () => {
      throw new TypeError('nil pointer');
    };
    return this.connected(
      new Proxy(
        this.clientAt(() => undefined),
        { get: (_target, name) => (name === 'getComponentStates' ? async () => ({}) : panic) },
      ),
    );
  }

  private async connected(client: DataCoordClient): Promise<DataCoordBridge> {
    const bridge = aBridge();
    await bridge.setDataCoord(client, new AbortController().signal);
    return bridge;
  }
}
